/**
 * I3, I4: a yes that was lost with its worker is not forgotten by its participant. A 409 to the repeat is then no proof that
 * there is nothing to roll back, nor is a 409 to the rollback. The worker is lost to Temporal by cutting the network
 * between them: it can neither report nor heartbeat any more.
 */
import { quick } from '../support/quick';
import { useDoomedWorker } from '../support/partWorker';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { ...quick, transactionTimeoutMs: 12_000 }, apiOnly: true });
const doomed = useDoomedWorker(world);

it('rolls a participant back that said yes to a lost worker and no to the next', async () => {
  const { dtc, participants } = world;
  const b = statefulParticipant(participants, 'b', {
    fault: r => {
      if (r.phase === 'prepare' && r.nth > 1) return { instead: 409 };
      return r.phase === 'rollback' && r.nth === 1 ? { instead: 409 } : undefined;
    },
  });
  const slow = statefulParticipant(participants, 'slow', {
    fault: r => (r.phase === 'prepare' && r.nth === 1 ? { instead: silence } : undefined),
  });
  const slowUrl = { url: slow.url, timeoutMs: 1500 }; // holds the round open
  const { id } = await dtc.start({ participants: [b.url, slowUrl], timeoutMs: 6000 });
  await eventually(() => b.holds(id) === 'prepared' && participants.requests(id, 'slow').length === 1);
  doomed.link.cut();
  await dtc.startWorker();

  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ decision: 'rollback', reason: { code: 'refused', participant: 'p1' } });
  expect(participants.requests(id, 'b', 'prepare')).toHaveLength(2);
  // the 409 to the first rollback was not taken for done: the next did not wait until it was quiet
  const [, second] = participants.requests(id, 'b', 'rollback');
  expect(second?.at).toBeLessThan(Date.parse(document.decideBy) + 1500 + 1000);
  expectAllAsDecided(document, [b, slow]);
});

it('repeats a commit that was under way with the lost worker, and commits once', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'commit' && r.nth === 1 ? { answer: silence } : undefined),
  });
  const { id } = await dtc.start([a.url, { url: b.url, timeoutMs: 1500 }]);
  await eventually(() => b.holds(id) === 'committed');
  doomed.link.cut();
  await dtc.startWorker();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expect(participants.requests(id, 'b', 'commit').length).toBeGreaterThan(1);
  expectAllAsDecided(document, [a, b]);
});
