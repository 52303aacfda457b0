/**
 * I2, I7, I12: a query that finds no worker waits at Temporal, and may be given to one once a task of the run has been given to another worker,
 * and lost. The SDK feeds the workflow what that task was given as if it were the query's own: it tells what nobody has decided, and what it
 * makes of that would leave with the next task, to which replay gives another time. Its tasks would fail from then on, for good.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lockWorkflowId } from '../../workflows/lock/messages';
import { lease, newResource } from '../locks/support';
import { currentBundle } from '../replay/bundles';
import { fetchHistory } from '../replay/histories';
import { replay } from '../replay/replay';
import { type TestCoordinator } from '../support/coordinator';
import { type LinkedWorld, startLink, startPartWorker } from '../support/partWorker';
import { gate } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });
const namespace = 'default';
/** More than it takes to lose a task, and less than a task has: the next one comes after the deadline. */
const beforeDeadlineMs = 2000;

/** Of the workflow's worker, its way to Temporal: the calls have another worker. */
let link: LinkedWorld['link'];
let close: () => Promise<void>;
beforeAll(async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  link = await startLink();
  const { taskQueue } = dtc;
  const activities = await startPartWorker({ taskQueue, runs: 'activities' });
  const workflows = await startPartWorker({ taskQueue, runs: 'workflows', address: link.address });
  close = async () => {
    link.mend();
    await Promise.all([activities.stop(), workflows.stop()]);
    await link.close();
  };
});
afterAll(() => close());

/** Thrown away by the worker, which has it no more. */
async function evict(dtc: TestCoordinator, workflowId: string): Promise<void> {
  const refused = { runId: '', status: '', historyLength: 0 };
  const query = dtc.client.workflow.getHandle(workflowId).query('left', refused);
  await expect(query).rejects.toThrow('ask again');
}

/**
 * The query waits for the worker that is cut off, the task is another's, who is never heard of again; then the worker is back. It must not
 * answer.
 *
 * @param cause has a task scheduled
 */
async function askAtLostTask(workflowId: string, cause: () => unknown): Promise<void> {
  const { client, taskQueue } = world.dtc;
  const { connection } = client;
  link.cut();
  await sleep(200);
  const asked = client.workflow
    .getHandle(workflowId)
    .query('status')
    .catch((error: unknown) => error);
  await sleep(300);
  await connection.workflowService.resetStickyTaskQueue({ namespace, execution: { workflowId } });
  await cause();
  const lost = await connection.withDeadline(Date.now() + 10_000, () =>
    connection.workflowService.pollWorkflowTaskQueue({
      ...{ namespace, taskQueue: { name: taskQueue }, identity: 'dies' },
    }),
  );
  expect([lost.workflowExecution?.workflowId, lost.query ?? undefined]).toEqual([workflowId, undefined]);
  link.mend();
  expect(String(await asked)).toContain('ask again');
}

async function expectReplays(workflowId: string): Promise<void> {
  const history = await fetchHistory(world.dtc.client, workflowId);
  expect(await replay(currentBundle(), [{ name: workflowId, workflowId, history }])).toEqual([]);
}

it.each(['cached', 'replayed'])('decides nothing at a task of another worker: %s', async how => {
  const { dtc, participants } = world;
  const vote = gate();
  participants.on('slow', ({ phase }) =>
    phase === 'prepare' ? response => vote.passed.then(() => response.end()) : undefined,
  );
  const started = await dtc.start({ participants: [participants.url('slow')], timeoutMs: 4000 });
  const { id } = started;
  const decideBy = Date.parse(started.decideBy);
  await eventually(() => participants.requests(id).length > 0);
  if (how === 'replayed') await evict(dtc, id);
  await sleep(decideBy - beforeDeadlineMs - Date.now());
  await askAtLostTask(id, () => {
    vote.open();
  });
  expect(Date.now()).toBeLessThan(decideBy);
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'rolledback', reason: { code: 'deadline' } });
  await expectReplays(id);
});

it('has no lock answer from a task of another worker', async () => {
  const { dtc } = world;
  const resource = newResource();
  await lease(dtc, resource, { holder: 'first' });
  const workflowId = lockWorkflowId(resource);
  const handle = dtc.client.workflow.getHandle(workflowId);
  await askAtLostTask(workflowId, () => handle.signal('release', { holder: 'first' }));
  expect(await handle.query('status')).toMatchObject({ holders: [] });
  await expectReplays(workflowId);
});
