/** I7: a request that arrives twice is the same request, and does its work once. */
import { quick } from '../support/quick';
import { expectAllAsDecided, reset, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('repeats each phase with the same id, key and body', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a', {
    fault: r => (r.nth === 1 ? { answer: reset } : undefined),
  });
  const document = await dtc.run({ participants: [{ url: a.url, payload: { amount: 7 } }] });
  const { id } = document;
  expect(participants.phases(id, 'a')).toEqual(['prepare', 'prepare', 'commit', 'commit']);
  for (const phase of ['prepare', 'commit'] as const) {
    const [first, second] = participants.requests(id, 'a', phase);
    expect(second?.body).toEqual(first?.body);
    expect(second?.body['payload']).toEqual({ amount: 7 });
    expect(first?.headers['idempotency-key']).toBe(`${id}/p1/${phase}`);
    for (const header of ['idempotency-key', 'transaction-id'])
      expect(second?.headers[header]).toBe(first?.headers[header]);
  }
  expectAllAsDecided(document, [a]);
});

it('gives the two repeats of one transaction to one start', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const key = { 'idempotency-key': `"twice-${Date.now()}"` };
  const [first, second] = await Promise.all([dtc.start([a.url], key), dtc.start([a.url], key)]);
  expect(second.id).toBe(first.id);
  const document = await dtc.until(first.id, d => d.endedAt !== undefined);
  expect(participants.phases(first.id, 'a')).toEqual(['prepare', 'commit']);
  expectAllAsDecided(document, [a]);
});
