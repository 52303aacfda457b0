/**
 * I4: a call is given up while its attempt is at a worker that is gone, or whose answer was lost on the way. The last look has paused it, and
 * Temporal times no attempt out that is paused: its end is not waited for longer than an attempt may take.
 */
import { loseNextAttempt } from '../support/lostWorker';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { ...quick, retryInitialMs: 1500, retryMaxMs: 1500 } });

it('rolls back where the worker of a prepare is lost as it is aborted', async () => {
  const { dtc, participants } = world;
  const service = statefulParticipant(participants, 'a', {
    fault: ({ phase, nth }) => (phase === 'prepare' && nth === 1 ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start({ participants: [service.url], timeoutMs: 30_000 });
  await loseNextAttempt(dtc.client, id, 'prepare p1');
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  const document = await dtc.until(id, d => d.status !== 'pending');
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'aborted' } });
  expectAllAsDecided(document, [service]);
});
