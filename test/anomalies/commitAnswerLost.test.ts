/** I2, I7: a commit whose answer was lost is sent again until it is acknowledged, never undone, and takes effect once. */
import { quick } from '../support/quick';
import { expectAllAsDecided, reset, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('goes on committing, past attention, and rolls nobody back', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'commit' && r.nth < 6 ? { answer: reset } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url]);
  await dtc.until(id, d => d.needsAttention);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'committed', needsAttention: false });
  expect(participants.requests(id, 'b', 'commit')).toHaveLength(6);
  expect(participants.requests(id, undefined, 'rollback')).toEqual([]);
  expectAllAsDecided(document, [a, b]);
});
