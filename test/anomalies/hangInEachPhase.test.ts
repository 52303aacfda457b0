/** I9: a participant that hangs holds the others up by one request timeout at most, in each phase. I3: it is told as well. */
import { quick } from '../support/quick';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('rolls back within its attempts when a participant hangs in prepare', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : undefined),
  });
  const { id } = await dtc.run([a.url, b.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({
    status: 'rolledback',
    reason: { code: 'unavailable', participant: 'p2' },
  });
  expect(participants.requests(id, 'b', 'prepare')).toHaveLength(2);
  expectAllAsDecided(document, [a, b]);
});

it('commits the others at once when one hangs in commit, and that one when it answers', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'commit' && r.nth < 3 ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url]);
  await eventually(() => a.holds(id) === 'committed');
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  const [told] = participants.requests(id, 'a', 'commit');
  const [, second] = participants.requests(id, 'b', 'commit');
  expect(told?.at).toBeLessThan(second?.at ?? 0); // while the first still hung
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [a, b]);
});

it('rolls the others back at once when one hangs in rollback, and goes on with that one', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'rollback' && r.nth < 5 ? { instead: silence } : undefined),
  });
  const no = statefulParticipant(participants, 'no', {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url, no.url]);
  await eventually(() => a.holds(id) === 'rolledback');
  expect(b.holds(id)).toBe('prepared');
  expect(await dtc.get(id)).toMatchObject({ status: 'pending', decision: 'rollback' });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('rolledback');
  expectAllAsDecided(document, [a, b, no]);
});
