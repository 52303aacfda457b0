/**
 * I10: a transaction is terminated while its workflow tasks fail again and again: another program's worker takes them, or a version that
 * cannot go on. From the third try on Temporal (server 1.32) asks no worker for the closed run any more. It is taken up all the same, with
 * what its history says that it had heard.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { bundleWith } from '../replay/bundles';
import { type PartWorker, startPartWorker } from '../support/partWorker';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });

/** Knows no workflow of ours: each task that it is given fails. */
const code = bundleWith({
  what: 'another program',
  replace: 'Object.defineProperty(exports, "transaction"',
  by: 'Object.defineProperty(exports, "order"',
});

let activities: PartWorker;
let workflows: PartWorker;

beforeAll(async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  activities = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'activities' });
});
beforeEach(async () => {
  workflows = await startPartWorker({ taskQueue: world.dtc.taskQueue, runs: 'workflows' });
});
afterEach(() => workflows.stop());
afterAll(() => activities.stop());

async function workflowTasksOf(id: string): Promise<number> {
  const { raw } = await world.dtc.client.workflow.getHandle(id).describe();
  return raw.pendingWorkflowTask?.attempt ?? 0;
}

/** From when `work` has been done on no task of it succeeds; then it is terminated. */
async function endedWhileTasksFail(id: string, work: () => unknown): Promise<void> {
  await workflows.stop();
  const connection = await NativeConnection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
  const { taskQueue } = world.dtc;
  const theirs = await Worker.create({ connection, taskQueue, workflowBundle: { code } });
  await theirs.runUntil(async () => {
    await work();
    await eventually(async () => (await workflowTasksOf(id)) >= 3, 30_000);
    await temporalWorkflow('terminate', id);
  });
  await connection.close();
  workflows = await startPartWorker({ taskQueue, runs: 'workflows' });
}

async function takenUp(id: string): Promise<TransactionDocument> {
  expect(await world.dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(ended.recoveries).toMatchObject([{ why: 'terminated' }]);
  return ended;
}

it('takes it up with the abort that no task of it had heard', async () => {
  const { dtc, participants } = world;
  const voted = gate();
  const a = statefulParticipant(participants, 'a', {
    fault: ({ phase }) => (phase === 'prepare' ? { after: voted.passed } : undefined),
  });
  const { id } = await dtc.start({ participants: [a.url], timeoutMs: 10_000 });
  await eventually(() => participants.requests(id, 'a', 'prepare').length > 0);
  await endedWhileTasksFail(id, () => dtc.client.workflow.getHandle(id).signal('abort', { by: 'ann' }));
  voted.open();
  const ended = await takenUp(id);
  expect(ended).toMatchObject({ status: 'rolledback', actions: [{ action: 'abort', by: 'ann' }] });
  expect(a.holds(id)).not.toBe('committed');
});

it('takes it up with the votes that no task of it had heard', async () => {
  const { dtc, participants } = world;
  const voted = gate();
  const b = statefulParticipant(participants, 'b', {
    fault: ({ phase }) => (phase === 'prepare' ? { after: voted.passed } : undefined),
  });
  const { id } = await dtc.start({ participants: [b.url, participants.url('c')] });
  await eventually(() => participants.requests(id, 'b', 'prepare').length > 0);
  await endedWhileTasksFail(id, () => {
    voted.open();
  });
  const ended = await takenUp(id);
  expect(ended).toMatchObject({ status: 'committed', decision: 'commit' });
  expect(b.holds(id)).toBe('committed');
});
