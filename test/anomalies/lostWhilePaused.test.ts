/**
 * I4: a call is given up while its attempt is at a worker that is gone, or whose answer was lost on the way. The last look pauses it, and
 * Temporal times no attempt out that is paused: the look takes that back, and where it cannot, the end of the call is waited for no longer than
 * an attempt may take.
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { loseNextAttempt } from '../support/lostWorker';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const limits = { ...quick, retryInitialMs: 1500, retryMaxMs: 1500 };
const world = useWorld({ limits });

/** Of a transaction whose second prepare is at a lost worker as it is aborted: whether Temporal has ended that. */
async function abortedWhileLost(dtc: TestCoordinator, name: string): Promise<boolean> {
  const service = statefulParticipant(world.participants, name, {
    fault: ({ phase, nth }) => (phase === 'prepare' && nth === 1 ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start({ participants: [service.url], timeoutMs: 30_000 });
  await loseNextAttempt(dtc.client, id, 'prepare p1');
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  const document = await dtc.until(id, d => d.status !== 'pending');
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'aborted' } });
  expectAllAsDecided(document, [service]);
  const { events } = await dtc.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).some(event => event.activityTaskTimedOutEventAttributes != null);
}

it('rolls back where the worker of a prepare is lost as it is aborted', async () => {
  expect(await abortedWhileLost(world.dtc, 'a')).toBe(true);
});

describe('where what was paused stays so', () => {
  let proxy: GrpcProxy;
  let dtc: TestCoordinator;
  beforeAll(async () => {
    proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', /\/UnpauseActivity$/);
    dtc = await startCoordinator({ limits, temporalAddress: proxy.address });
  });
  afterAll(async () => {
    await dtc.close();
    await proxy.close();
  });

  it('rolls back all the same', async () => {
    expect(await abortedWhileLost(dtc, 'b')).toBe(false);
    expect(proxy.refused).toHaveLength(1);
  });
});
