/**
 * Only what can be read as a yes is one (I8): a no that strict readers cannot read is a no all the same. Who gave it may have
 * prepared, so it is rolled back like any other that a prepare may have reached (I3).
 */
import { type ServerResponse } from 'node:http';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

/** Who is late is no case of this; and the longer one may take, the later comes the last rollback. */
const world = useWorld({ limits: { ...quick, prepareTimeoutMs: 1_500, completionTimeoutMs: 1_500 } });

/** Whole, with the right length. */
function saying(body: string, type = 'application/json'): (response: ServerResponse) => void {
  return response => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  };
}

const unreadable = {
  'number-that-json-lacks': '{"vote":"no","score":NaN}',
  'comma-too-many': '{"vote":"no",}',
  'prefix-against-scripts': ')]}\',\n{"vote":"no"}',
  'cut-short': '{"vote":"no","reason":"the fl',
  'yes-that-cannot-be-read': '{"vote":"yes",}',
};

it('takes an answer that is called JSON and is none for a no, and rolls back who gave it', async () => {
  const { dtc, participants } = world;
  await Promise.all(
    Object.entries(unreadable).map(async ([name, body]) => {
      const a = statefulParticipant(participants, `beside-${name}`);
      const b = statefulParticipant(participants, name, {
        fault: r => (r.phase === 'prepare' ? { answer: saying(body) } : undefined),
      });
      const { id } = await dtc.run({ participants: [a.url, b.url], timeoutMs: 4_000 });
      const document = await dtc.until(id, d => d.endedAt !== undefined);
      const reason = {
        code: 'refused',
        participant: 'p2',
        detail: expect.stringContaining('not JSON') as string,
      };
      expect(document).toMatchObject({ status: 'rolledback', reason });
      expect(document.participants[1]).toMatchObject({ vote: 'no', lastError: { code: 'notJson' } });
      expect(participants.requests(id, name, 'prepare')).toHaveLength(1);
      expectAllAsDecided(document, [a, b]); // b had prepared
    }),
  );
});

it('goes by the status alone where nobody called the body JSON', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'plain', {
    fault: r => (r.phase === 'prepare' ? { answer: saying('OK', 'text/plain') } : undefined),
  });
  const document = await dtc.run([a.url]);
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [a]);
});
