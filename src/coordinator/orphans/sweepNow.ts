/**
 * Owns a sweep that somebody asks for: what the Schedule would run, at once, so that one place alone configures it. Two at
 * once are harmless, so it does not wait for another one.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ScheduleNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { type SweepInput, type SweepReport } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { type Engine } from '../../engine/engine';
import { within } from '../../engine/ask';
import { unlessSilent } from '../../engine/reach';
import { mayHaveArrived } from '../../engine/errors';
import { EngineUnavailable, SweepUnknown, WorkerUnavailable } from '../errors';
import { sweepIdOf, sweepWorkflow } from './reports';
import { sweepWithin } from './schedule';

export interface SweepOptions {
  readonly dryRun: boolean;
  readonly timeoutMs: Ms;
  /** Aborted: answer at once. */
  readonly signal: AbortSignal;
}

export type Swept =
  | { readonly is: 'swept'; readonly report: SweepReport }
  /** It goes on under this workflow id. */
  | { readonly is: 'underWay'; readonly workflowId: string };

const callWithinMs = 2500;
/** A worker that is there has begun by then. */
const beginsWithinMs = 3000;
/** A workflow that no worker has begun: started, and its first task scheduled. */
const eventsBeforeWorker = 2;

/** @throws WorkerUnavailable, EngineUnavailable, SweepUnknown */
export async function sweepNow(engine: Engine, options: SweepOptions): Promise<Swept> {
  const handle = await begin(engine, options.dryRun);
  const underWay = { is: 'underWay', workflowId: handle.workflowId } as const;
  const first = await resultWithin(engine, handle, { ...options, timeoutMs: beginsWithinMs });
  if (first !== undefined) return { is: 'swept', report: first };
  if (options.signal.aborted || !(await isSeenToBegin(engine, handle))) return underWay;
  const timeoutMs = options.timeoutMs - beginsWithinMs;
  const report = await resultWithin(engine, handle, { ...options, timeoutMs });
  return report === undefined ? underWay : { is: 'swept', report };
}

async function begin(engine: Engine, dryRun: boolean): Promise<WorkflowHandle> {
  const { client, taskQueue } = engine;
  const workflowId = `${sweepIdOf(engine)}-asked-${randomUUID()}`;
  const args = [{ ...(await scheduledInput(engine)), dryRun }];
  const start = (): Promise<WorkflowHandle> =>
    client.workflow.start(sweepWorkflow, { workflowId, taskQueue, args, workflowRunTimeout: sweepWithin });
  try {
    return await within(engine, callWithinMs, start);
  } catch (error) {
    throw mayHaveArrived(error) ? new SweepUnknown(workflowId, { cause: error }) : error;
  }
}

async function scheduledInput(engine: Engine): Promise<SweepInput> {
  const schedule = engine.client.schedule.getHandle(sweepIdOf(engine));
  try {
    const described = within(engine, callWithinMs, () => schedule.describe());
    const { action } = await unlessSilent(engine, described);
    return action.args?.[0] as SweepInput;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new WorkerUnavailable('no worker has been started yet: it makes the schedule of the sweep');
  }
}

/** Undefined where it has not ended in time, or Temporal does not say; or the caller waits no more. */
async function resultWithin(
  engine: Engine,
  handle: WorkflowHandle,
  { timeoutMs, signal }: SweepOptions,
): Promise<SweepReport | undefined> {
  const result = within(engine, timeoutMs, () => handle.result() as Promise<SweepReport>);
  try {
    return await Promise.race([result, aborted(signal)]);
  } catch (error) {
    if (error instanceof EngineUnavailable) return undefined;
    throw error;
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort');
}

/**
 * False where Temporal does not say. Nobody would be told what a sweep finds that a worker begins some day; the Schedule's own will do.
 *
 * @throws WorkerUnavailable where none has begun it: it is ended then
 */
async function isSeenToBegin(engine: Engine, handle: WorkflowHandle): Promise<boolean> {
  try {
    const { historyLength } = await within(engine, callWithinMs, () => handle.describe());
    if (historyLength > eventsBeforeWorker) return true;
    await within(engine, callWithinMs, () => handle.terminate('no worker began it'));
  } catch (error) {
    if (error instanceof EngineUnavailable) return false;
    throw error;
  }
  throw new WorkerUnavailable('no worker has begun the sweep: start one, and ask again');
}
