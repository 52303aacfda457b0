/** I8: no answer is never a yes, and I3: whoever may be prepared is told the outcome, however its answers got lost. */
import { quick } from '../support/quick';
import { expectAllAsDecided, reset, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('commits when the answer to a prepare was lost and its repeat is answered', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' && r.nth === 1 ? { answer: reset } : undefined),
  });
  const document = await dtc.run([a.url, b.url]);
  expect(document).toMatchObject({ status: 'committed', decision: 'commit' });
  expect(b.answers(document.id)).toEqual(['prepare 200', 'prepare 200', 'commit 200']);
  expectAllAsDecided(document, [a, b]);
});

it('leaves nobody prepared when every answer to a prepare was lost', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' ? { answer: reset } : undefined),
  });
  const { id } = await dtc.run([a.url, b.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({
    status: 'rolledback',
    reason: { code: 'unavailable', participant: 'p2' },
  });
  expect(participants.phases(id, 'b')).toEqual(['prepare', 'prepare', 'rollback', 'rollback']);
  expectAllAsDecided(document, [a, b]);
});
