/**
 * Owns that a workflow answers a query only from tasks that are recorded, and goes on from no other (I2, I7).
 *
 * Temporal gives a query to a worker by itself only while no task of the run is under way. Where the query had to wait for a worker, a task may
 * have been given to another one meanwhile, and be lost: the SDK feeds the workflow what that task was given as if it were the query's own.
 * What the workflow makes of it would be told, and would leave with the next task, to which replay gives another time: its tasks would fail
 * from then on. The workflow cannot tell such a task from one of its own, and history can: the task is recorded as completed, or not. So the
 * first query after a task waits until Temporal has been asked for that; where it is not recorded, the query is marked, and the workflow
 * refuses it and is thrown away (`workflows/queryAhead.ts`). What came with an update was never fed so: updates come with tasks alone.
 *
 * `handleActivation` is a protected member of the SDK's worker (1.24), and the last place at which a query can wait.
 */
import { type NativeConnection, type Worker } from '@temporalio/worker';
import { type ActivateInput } from '@temporalio/workflow';
import { defaultPayloadConverter } from '@temporalio/common';
import { type Ms } from '../protocol/wire/phases';
import { completes } from './facts/completed';
import { comesByItself, unrecordedHeader } from './facts/queryMark';

type Activation = ActivateInput['activation'];
type Query = NonNullable<NonNullable<Activation['jobs']>[number]['queryWorkflow']>;

/** What a cached workflow was last given to do. */
interface Given {
  readonly workflowId: string;
  /** The id of the started event, where it was a task. */
  readonly length: number;
  readonly isCertain: boolean;
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

interface Handling {
  handleActivation: (
    workflow: unknown,
    given: { readonly activation: Activation; readonly synthetic: boolean },
  ) => Promise<unknown>;
}

/** @throws where the SDK's worker is another */
export function demandRecorded(
  worker: Worker,
  isRecorded: (run: Run, task: number) => Promise<boolean>,
): void {
  const handling = worker as unknown as Handling;
  if (typeof handling.handleActivation !== 'function')
    throw new Error('this version of @temporalio/worker does not say what a workflow is given: use 1.24');
  const handle = handling.handleActivation.bind(worker);
  const lastGiven = new Map<string, Given>();
  handling.handleActivation = async (workflow, task) => {
    await look(task.activation);
    return handle(workflow, task);
  };

  async function look(activation: Activation): Promise<void> {
    const { jobs } = activation;
    const runId = activation.runId ?? '';
    const queries = (jobs ?? []).flatMap(({ queryWorkflow }) => queryWorkflow ?? []);
    if (jobs?.some(job => job.removeFromCache != null)) lastGiven.delete(runId);
    else if (queries.length === 0) lastGiven.set(runId, givenIn(activation, lastGiven.get(runId)));
    else if (queries.some(comesByItself)) await mark(queries, runId);
  }

  async function mark(queries: readonly Query[], runId: string): Promise<void> {
    const given = lastGiven.get(runId);
    if (given === undefined || given.isCertain) return;
    const { workflowId, length } = given;
    const isCertain = await isRecorded({ workflowId, runId }, length).catch(() => false); // Temporal answers nobody
    lastGiven.set(runId, { ...given, isCertain });
    if (isCertain) return;
    for (const query of queries) query.headers = { ...query.headers, [unrecordedHeader]: marked };
  }
}

function givenIn({ jobs, historyLength, isReplaying }: Activation, before: Given | undefined): Given {
  const workflowId = jobs?.find(job => job.initializeWorkflow != null)?.initializeWorkflow?.workflowId;
  return {
    workflowId: workflowId ?? before?.workflowId ?? '',
    length: Number(historyLength),
    isCertain: isReplaying === true || (jobs?.some(job => job.doUpdate != null) ?? false),
  };
}

const marked = defaultPayloadConverter.toPayload(true);

/** As many events as may have come since the task, and more. */
const looked = 50;
const withinMs: Ms = 1000;

/** Mostly that there is more history than the task had, and no task is under way, proves it; else history itself is asked. */
export function recordedIn(
  connection: NativeConnection,
  namespace: string,
): (run: Run, task: number) => Promise<boolean> {
  const { workflowService } = connection;
  return ({ workflowId, runId }, task) => {
    const execution = { workflowId, runId };
    return connection.withDeadline(Date.now() + withinMs, async () => {
      const { workflowExecutionInfo: info, pendingWorkflowTask } =
        await workflowService.describeWorkflowExecution({ namespace, execution });
      if (info?.closeTime == null && Number(info?.historyLength) > task && pendingWorkflowTask == null)
        return true;
      const request = { namespace, execution, maximumPageSize: looked };
      const { history } = await workflowService.getWorkflowExecutionHistoryReverse(request);
      return (history?.events ?? []).some(event => completes(event, task));
    });
  };
}
