/**
 * PROTOCOL §2, `onCommitFailure: "rollback"`: a commit that took effect and was acknowledged to nobody is given up; the 409 to
 * the rollback that follows says so, settles the participant as committed, and the outcome is reported as mixed.
 */
import { quick } from '../support/quick';
import { reset, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('reports a mixed outcome when a commit that was given up turns out to have happened', async () => {
  const { dtc, participants } = world;
  const gone = statefulParticipant(participants, 'gone', {
    fault: r => (r.phase === 'commit' ? { instead: 503 } : undefined),
  });
  const mute = statefulParticipant(participants, 'mute', {
    fault: r => (r.phase === 'commit' ? { answer: reset } : undefined),
  });
  const document = await dtc.run({ participants: [gone.url, mute.url], onCommitFailure: 'rollback' });
  const { id } = document;
  expect(document).toMatchObject({
    status: 'rolledback',
    decision: 'rollback',
    heuristic: 'mixed',
    reason: { code: 'commitFailure' },
    participants: [{ state: 'rolledback' }, { state: 'committed' }],
  });
  expect(document.endedAt).toBeDefined(); // 409 settles: it is not sent for ever
  expect([gone.holds(id), mute.holds(id)]).toEqual(['rolledback', 'committed']);
  expect(mute.answers(id).filter(each => each === 'rollback 409')).toHaveLength(1);
});
