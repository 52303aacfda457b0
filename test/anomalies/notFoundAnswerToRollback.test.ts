/**
 * PROTOCOL §2, the rollback column: 404 ends a rollback only where there can be nothing to roll back: the participant never
 * voted yes, or an earlier rollback may have arrived. After a yes it is more likely a gateway that cannot find the service.
 */
import { type Phase } from '../../src/protocol/wire/phases';
import { quick } from '../support/quick';
import { expectAllAsDecided, reset, silence, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

const refuses = () =>
  statefulParticipant(world.participants, 'refuses', {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : undefined),
  });
const rollbacks = (id: string, name: string): Phase[] =>
  world.participants.phases(id, name).filter(phase => phase === 'rollback');

it('takes 404 as done from a participant that did not vote', async () => {
  const { dtc, participants } = world;
  const unborn = statefulParticipant(participants, 'unborn', {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : { instead: 404 }),
  });
  const { id } = await dtc.start([unborn.url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', participants: [{ state: 'rolledback' }] });
  expect(rollbacks(id, 'unborn')).toHaveLength(2); // the second when it is quiet: it is loose
});

it('does not take 404 as done from a participant that voted yes', async () => {
  const { dtc, participants } = world;
  const moved = statefulParticipant(participants, 'moved', {
    fault: r => (r.phase === 'rollback' && r.nth < 5 ? { instead: 404 } : undefined),
  });
  const { id } = await dtc.start([moved.url, refuses().url]);
  const raised = await dtc.until(id, d => d.needsAttention);
  expect(raised.participants[0]).toMatchObject({ state: 'rollingBack', vote: 'yes' });
  expect(moved.holds(id)).toBe('prepared');
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(rollbacks(id, 'moved')).toHaveLength(5);
  expectAllAsDecided(document, [moved]);
});

it('takes 404 as done after a rollback that was not answered: it forgot what it rolled back', async () => {
  const { dtc, participants } = world;
  const forgetful = statefulParticipant(participants, 'forgetful', {
    remembersRollbacks: false,
    fault: r => {
      if (r.phase !== 'rollback') return undefined;
      return r.nth === 1 ? { answer: reset } : { instead: 404 };
    },
  });
  const document = await dtc.run([forgetful.url, refuses().url]);
  expect(document).toMatchObject({ status: 'rolledback', needsAttention: false });
  expect(document.endedAt).toBeDefined();
  expect(rollbacks(document.id, 'forgetful')).toHaveLength(2);
  expectAllAsDecided(document, [forgetful]);
});

it('takes 404 as no sign of an earlier rollback where that one was answered 429', async () => {
  const { dtc, participants } = world;
  const down = statefulParticipant(participants, 'down', {
    fault: r => {
      if (r.phase !== 'rollback' || r.nth > 3) return undefined;
      return { instead: r.nth === 1 ? 429 : 404 };
    },
  });
  const { id } = await dtc.start([down.url, refuses().url]);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(rollbacks(id, 'down')).toHaveLength(4);
  expectAllAsDecided(document, [down]);
});
