/**
 * The SDK's threads enter their sandbox without the timeout whose watchdog is most of what an entry costs. Where another version of the
 * SDK enters otherwise, the first test goes red. What the timeout was for is watched all the same.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker, bundleWorkflowCode } from '@temporalio/worker';
import { createActivities } from '../../activities/transaction';
import { identityOf } from '../../src/engine/pollers';
import { createWorker } from '../../src/engine/worker';
import { createOutbound } from '../../src/outbound';

const taskQueue = `busy-${randomUUID()}`;
const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
let connection: Connection;
let native: NativeConnection;
let client: Client;
let worker: Worker;

beforeAll(async () => {
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  native = await NativeConnection.connect({ address });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('./busyWorkflows') });
  const outbound = createOutbound({ allowed: [] });
  const wake = (): Promise<void> => Promise.resolve();
  const activities = createActivities({ outbound, log: () => undefined, wake });
  const common = { connection: native, namespace: 'default', taskQueue, identity: identityOf('busy') };
  worker = await createWorker({ ...common, activities, workflowBundle });
}, 60_000);
afterAll(async () => {
  await native.close();
  await connection.close();
});

/** Until its first task's end; the SDK's timeout is five seconds. */
async function busyMs(rounds: number): Promise<number> {
  const began = Date.now();
  const workflowId = `busy-${randomUUID()}`;
  const options = { workflowId, taskQueue, args: [rounds], workflowTaskTimeout: '60s' } as const;
  await client.workflow.execute('busy', options);
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const failures = (events ?? []).filter(each => each.workflowTaskFailedEventAttributes != null);
  expect(failures).toEqual([]);
  return Date.now() - began;
}

it('lets an entry take longer than the timeout of the SDK, and ends a worker whose thread stands still', async () => {
  const run = worker.run();
  let rounds = 100_000_000;
  let ms = await busyMs(rounds);
  while (ms < 6_000) {
    rounds = Math.ceil(rounds * Math.max(1.2, 7_000 / ms));
    ms = await busyMs(rounds);
  }
  const workflowId = `busy-${randomUUID()}`;
  await client.workflow.start('busyForEver', { workflowId, taskQueue });
  await expect(run).rejects.toThrow(/Workflow Worker Thread exited/);
  await client.workflow.getHandle(workflowId).terminate('the test is over');
}, 180_000);
