/**
 * I8: only a whole answer in time is a yes, however long a participant keeps dripping. In phase two the status line alone
 * counts (PROTOCOL §2), so there a body that never ends holds nobody up.
 */
import { type ServerResponse } from 'node:http';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

/** One byte at a time, until the other side hangs up. */
function dripBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  drip(response, () => response.write(' '));
}

function dripStatusLine(response: ServerResponse): void {
  const rest = Array.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  drip(response, () => response.socket?.write(rest.shift() ?? ' '));
}

function drip(response: ServerResponse, next: () => unknown): void {
  const timer = setInterval(next, 40);
  response.on('close', () => {
    clearInterval(timer);
  });
}

it.each([
  ['body', dripBody],
  ['status line', dripStatusLine],
])('takes a prepare whose %s is dripped for no answer', async (_what, answer) => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' ? { answer } : undefined),
  });
  const { id } = await dtc.run([a.url, b.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({
    status: 'rolledback',
    reason: { code: 'unavailable', participant: 'p2' },
  });
  expect(document.participants[1]).not.toHaveProperty('vote');
  expectAllAsDecided(document, [a, b]);
});

it('takes a commit whose body is dripped for done, and one whose status line is dripped for lost', async () => {
  const { dtc, participants } = world;
  const body = statefulParticipant(participants, 'body', {
    fault: r => (r.phase === 'commit' ? { answer: dripBody } : undefined),
  });
  const line = statefulParticipant(participants, 'line', {
    fault: r => (r.phase === 'commit' && r.nth === 1 ? { answer: dripStatusLine } : undefined),
  });
  const document = await dtc.run([body.url, line.url]);
  expect(document.status).toBe('committed');
  expect(participants.phases(document.id, 'body')).toEqual(['prepare', 'commit']);
  expect(participants.phases(document.id, 'line')).toEqual(['prepare', 'commit', 'commit']);
  expectAllAsDecided(document, [body, line]);
});
