/** Which queries a worker looks at history for, and which it marks. With the SDK's worker: `test/anomalies/queriedAtLostTask.long.ts`. */
import { type Worker } from '@temporalio/worker';
import { demandRecorded } from '../../src/engine/recordedQueries';

interface Job {
  readonly queryWorkflow?: { readonly queryId: string; readonly headers?: Readonly<Record<string, unknown>> };
  readonly [other: string]: unknown;
}

const begun: Job = { initializeWorkflow: { workflowId: 'w' } };
const told: Job = { resolveActivity: {} };
const update: Job = { doUpdate: {} };
const removed: Job = { removeFromCache: {} };
const query = (queryId = 'legacy_query'): Job => ({ queryWorkflow: { queryId } });

/** What the worker did with what the SDK gave it. */
function working(recorded: (task: number) => boolean | Promise<boolean>) {
  const asked: number[] = [];
  const handled: { readonly jobs: readonly Job[] }[] = [];
  const worker = {
    handleActivation: (_: unknown, { activation }: { activation: { readonly jobs: readonly Job[] } }) => {
      handled.push(activation);
      return Promise.resolve();
    },
  };
  demandRecorded(worker as unknown as Worker, async ({ workflowId, runId }, task) => {
    expect([workflowId, runId]).toEqual(['w', 'r']);
    asked.push(task);
    return recorded(task);
  });
  const give = (historyLength: number, job: Job, isReplaying = false): Promise<void> =>
    worker.handleActivation(undefined, {
      activation: { runId: 'r', historyLength, isReplaying, jobs: [job] } as never,
    });
  const isMarked = (): boolean =>
    handled.at(-1)?.jobs[0]?.queryWorkflow?.headers?.['unrecorded'] !== undefined;
  return { asked, give, isMarked };
}

it('asks once after a task, and marks no query where the task is recorded', async () => {
  const { asked, give, isMarked } = working(() => true);
  await give(3, begun);
  for (let i = 0; i < 3; i += 1) await give(3, query());
  await give(9, told);
  await give(9, query());
  expect([asked, isMarked()]).toEqual([[3, 9], false]);
});

it.each([
  ['is not recorded', () => false],
  ['is not known to be, since Temporal does not answer', () => Promise.reject(new Error('away'))],
])('marks the query where the task %s', async (_, recorded) => {
  const { asked, give, isMarked } = working(recorded);
  await give(3, begun, true);
  await give(9, told);
  await give(9, query());
  expect([asked, isMarked()]).toEqual([[9], true]);
});

it('does not ask of what was replayed, or came with an update, or of a query that comes with a task', async () => {
  const { asked, give, isMarked } = working(() => false);
  await give(3, begun, true);
  await give(3, query());
  await give(7, update);
  await give(7, query());
  await give(12, told);
  await give(12, query('q1'));
  expect([asked, isMarked()]).toEqual([[], false]);
});

it('knows nothing of a run that was let go', async () => {
  const { asked, give } = working(() => false);
  await give(3, begun);
  await give(3, removed);
  await give(3, begun, true);
  await give(3, query());
  expect(asked).toEqual([]);
});

it('starts no worker that it cannot watch', () => {
  expect(() => {
    demandRecorded({} as unknown as Worker, () => Promise.resolve(true));
  }).toThrow('use 1.24');
});
