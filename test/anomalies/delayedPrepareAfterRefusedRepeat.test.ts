/**
 * I4: *any* prepare without an answer makes a participant loose, also when a later one was answered no. Here the first is
 * delayed, its repeat refused, the participant rolled back, and then the first arrives and takes effect.
 */
import { quick } from '../support/quick';
import { expectAllAsDecided, gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('undoes a prepare that was overtaken by the refusal of its repeat', async () => {
  const { dtc, participants } = world;
  const network = gate();
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    remembersRollbacks: false,
    fault: r => {
      if (r.phase !== 'prepare') return undefined;
      return r.nth === 1 ? { after: network.passed } : { instead: 409 };
    },
  });
  const { id } = await dtc.start({ participants: [a.url, b.url], timeoutMs: 6000 }); // the delayed one is in time
  const reported = await dtc.until(id, d => d.status === 'rolledback');
  expect(reported).toMatchObject({ reason: { code: 'refused', participant: 'p2' }, state: 'rollingBack' });
  await eventually(() => b.answers(id).includes('rollback 200'));
  network.open();
  await eventually(() => b.holds(id) === 'prepared');
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(b.answers(id)).toEqual(['rollback 200', 'prepare 200', 'rollback 200']);
  expectAllAsDecided(document, [a, b]);
});
