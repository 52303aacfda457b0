/**
 * I4: `decideBy` keeps late prepares out only where the participant's clock is right. One whose clock is ahead refuses, and
 * the transaction rolls back; one whose clock is behind takes a late prepare, and the late rollback undoes it.
 */
import { quick } from '../support/quick';
import { expectAllAsDecided, gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });
const hourMs = 3_600_000;

it('rolls back when a participant with a fast clock thinks the deadline has passed', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const fast = statefulParticipant(participants, 'fast', { clockOffsetMs: hourMs });
  const document = await dtc.run([a.url, fast.url]);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
  expectAllAsDecided(document, [a, fast]);
});

it('undoes a prepare that a participant with a slow clock took after the deadline', async () => {
  const { dtc, participants } = world;
  const network = gate();
  const a = statefulParticipant(participants, 'a');
  const slow = statefulParticipant(participants, 'slow', {
    clockOffsetMs: -hourMs,
    remembersRollbacks: false,
    fault: r => (r.phase === 'prepare' ? { after: network.passed } : undefined),
  });
  const { id, decideBy } = await dtc.start([a.url, slow.url]);
  await dtc.until(id, d => d.status === 'rolledback');
  await eventually(() => Date.now() > Date.parse(decideBy));
  network.open();
  await eventually(() => slow.holds(id) === 'prepared');
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expectAllAsDecided(document, [a, slow]);
});

it('refuses the same late prepare where the clock is right, and needs no luck', async () => {
  const { dtc, participants } = world;
  const network = gate();
  const right = statefulParticipant(participants, 'right', {
    remembersRollbacks: false,
    fault: r => (r.phase === 'prepare' ? { after: network.passed } : undefined),
  });
  const { id, decideBy } = await dtc.start([right.url]);
  await eventually(() => Date.now() > Date.parse(decideBy));
  network.open();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(right.answers(id)).toContain('prepare 409');
  expectAllAsDecided(document, [right]);
});
