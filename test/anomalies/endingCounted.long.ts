/**
 * A workflow task in which a transaction ends may be done more than once: Temporal refuses its completion because something came
 * meanwhile, or has taken it and the answer is lost. The transaction is counted once all the same (docs/MONITORING.md).
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { startGrpcProxy } from '../support/grpcProxy';
import { type Participants, startParticipants } from '../support/participants';
import { startPartWorker } from '../support/partWorker';
import { scrape } from '../support/scraped';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';

let participants: Participants;
let dtc: TestCoordinator | undefined;

beforeAll(async () => {
  participants = await startParticipants();
});
afterEach(async () => {
  await dtc?.close();
});
afterAll(() => participants.close());

async function counts({ url }: TestCoordinator): Promise<readonly number[]> {
  const seen = await scrape(url);
  return ['started', 'ended'].map(which => seen.sum(`dtc_transactions_${which}_total`));
}

/** Nothing more is counted after that: each doubt has been looked at. */
async function expectCounted(of: TestCoordinator, count: number): Promise<void> {
  await until(
    () => counts(of),
    seen => seen.join() === [count, count].join(),
  );
}

it('where a signal comes while the last task is done', async () => {
  dtc = await startCoordinator();
  const { client } = dtc;
  let refused = 0;
  let count = 0;
  participants.on('a', ({ phase, transactionId }) => {
    if (phase !== 'commit') return undefined;
    const handle = client.workflow.getHandle(transactionId);
    return response => {
      response.end('{}');
      for (let i = 0; i < 12; i += 1)
        setTimeout(() => void handle.signal('retryNow').catch(() => undefined), i);
    };
  });
  for (; refused === 0 && count < 40; count += 1) {
    const { id } = await dtc.run([participants.url('a')]);
    await client.workflow.getHandle(id).result();
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    refused += (events ?? []).filter(e => e.workflowTaskFailedEventAttributes != null).length;
  }
  expect(refused).toBeGreaterThan(0); // else nothing was shown
  await expectCounted(dtc, count);
});

it('where the answers to its start and to its last task are lost', async () => {
  const lost: string[] = [];
  const isLost = {
    test: (path: string) =>
      /\/(?:StartWorkflowExecution|RespondWorkflowTaskCompleted)$/.test(path) &&
      lost.length < 6 &&
      lost.push(path) > 0,
  };
  const proxy = await startGrpcProxy(
    process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    { test: () => false },
    isLost,
  );
  try {
    dtc = await startCoordinator({ temporalAddress: proxy.address });
    for (let i = 0; i < 4; i += 1) {
      const { id } = await dtc.start([participants.url('b')], { 'idempotency-key': String(i) });
      await dtc.until(id, d => d.status === 'committed');
    }
    expect(lost.length).toBe(6);
    await expectCounted(dtc, 4);
    await dtc.close();
  } finally {
    dtc = undefined;
    await proxy.close();
  }
});

it('where every step is replayed', async () => {
  dtc = await startCoordinator({ maxCachedWorkflows: 0 });
  for (let i = 0; i < 3; i += 1) await dtc.run([participants.url('c')]);
  await expectCounted(dtc, 3);
});

it('where the run was ended from outside with its end in hand, and is taken up', async () => {
  dtc = await startCoordinator();
  let isDown = true;
  participants.on('d', ({ phase }) => (phase === 'commit' && isDown ? 503 : undefined));
  const { id } = await dtc.start([participants.url('d')]);
  await dtc.until(id, d => d.state === 'committing');
  await dtc.stopWorker();
  isDown = false;
  const { taskQueue, client } = dtc;
  const activities = await startPartWorker({ taskQueue, runs: 'activities' });
  await eventually(async () => {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    const kinds = (events ?? []).map(e => [
      e.activityTaskCompletedEventAttributes,
      e.workflowTaskCompletedEventAttributes,
    ]);
    const [acknowledged, seen] = [0, 1].map(kind => kinds.findLastIndex(each => each[kind] != null));
    return (acknowledged ?? 0) > (seen ?? 0);
  });
  await activities.stop();
  await temporalWorkflow('terminate', id);
  await dtc.startWorker();
  await eventually(async () => (await dtc?.recover(id))?.is === 'recovered');
  await dtc.until(id, d => d.endedAt !== undefined);
  await expectCounted(dtc, 1);
  for (let i = 0; i < 4; i += 1) await dtc.run([participants.url('e')]); // what was replayed keeps none of them from it
  await expectCounted(dtc, 5);
});
