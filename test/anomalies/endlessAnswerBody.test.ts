/** An answer over the size limit is no vote (PROTOCOL §2), whatever it begins with; its participant is rolled back all the same. */
import { type ServerResponse } from 'node:http';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });
const chunk = Buffer.alloc(65_536, 'x');

/** As fast as it is read, until the other side hangs up. */
function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"vote":"yes","more":"');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more).on('error', () => undefined);
  more();
}

it('takes a vote that never ends for a no, and hangs up', async () => {
  const { dtc, participants } = world;
  let open = 0;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r =>
      r.phase === 'prepare'
        ? {
            answer: response => {
              open += 1;
              response.on('close', () => (open -= 1));
              endless(response);
            },
          }
        : undefined,
  });
  const { id } = await dtc.run([a.url, b.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
  expect(document.participants[1]).toMatchObject({ vote: 'no', lastError: { code: 'tooLarge' } });
  expect(participants.requests(id, 'b', 'prepare')).toHaveLength(1);
  expect(open).toBe(0);
  expectAllAsDecided(document, [a, b]);
});

it('reads no more than the status line in phase two', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a', {
    fault: r => (r.phase === 'commit' ? { answer: endless } : undefined),
  });
  const document = await dtc.run([a.url]);
  expect(document.status).toBe('committed');
  expect(participants.phases(document.id, 'a')).toEqual(['prepare', 'commit']);
  expectAllAsDecided(document, [a]);
});
