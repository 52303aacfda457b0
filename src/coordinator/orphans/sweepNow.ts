/**
 * Owns a sweep that somebody asks for: what the Schedule would run, at once, so that one place alone configures it. Two at
 * once are harmless, so it does not wait for another one.
 */
import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { type SweepInput, type SweepReport } from '../../protocol/orphans/report';
import { type Ms } from '../../protocol/wire/phases';
import { type Engine } from '../../engine/engine';
import { isTimeout, isTransient } from '../../engine/errors';
import { EngineUnavailable, WorkerUnavailable } from '../errors';
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

/** A worker that is there has begun by then. */
const beginsWithinMs = 3000;
/** A workflow that no worker has begun: started, and its first task scheduled. */
const eventsBeforeWorker = 2;

/** @throws WorkerUnavailable, EngineUnavailable */
export async function sweepNow(engine: Engine, options: SweepOptions): Promise<Swept> {
  try {
    const handle = await begin(engine, options.dryRun);
    const first = await resultWithin(engine, handle, { ...options, timeoutMs: beginsWithinMs });
    if (first !== undefined) return { is: 'swept', report: first };
    await demandBegun(handle);
    const timeoutMs = options.timeoutMs - beginsWithinMs;
    const report = await resultWithin(engine, handle, { ...options, timeoutMs });
    return report === undefined ? { is: 'underWay', workflowId: handle.workflowId } : { is: 'swept', report };
  } catch (error) {
    if (isTransient(error)) throw new EngineUnavailable('Temporal does not answer', { cause: error });
    throw error;
  }
}

async function begin(engine: Engine, dryRun: boolean): Promise<WorkflowHandle> {
  const { client, taskQueue } = engine;
  return client.workflow.start(sweepWorkflow, {
    workflowId: `${sweepIdOf(engine)}-asked-${randomUUID()}`,
    taskQueue,
    args: [{ ...(await scheduledInput(engine)), dryRun }],
    workflowRunTimeout: sweepWithin,
  });
}

async function scheduledInput(engine: Engine): Promise<SweepInput> {
  try {
    const { action } = await engine.client.schedule.getHandle(sweepIdOf(engine)).describe();
    return action.args?.[0] as SweepInput;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new WorkerUnavailable('no worker has been started yet: it makes the schedule of the sweep');
  }
}

/** Undefined where it has not ended in time. */
async function resultWithin(
  { connection }: Engine,
  handle: WorkflowHandle,
  { timeoutMs, signal }: SweepOptions,
): Promise<SweepReport | undefined> {
  const result = (): Promise<SweepReport> => handle.result() as Promise<SweepReport>;
  try {
    return await connection.withAbortSignal(signal, () =>
      connection.withDeadline(Date.now() + timeoutMs, result),
    );
  } catch (error) {
    if (isTimeout(error) || signal.aborted) return undefined;
    throw error;
  }
}

/** Nobody would be told what a sweep finds that a worker begins some day; the Schedule's own will do. */
async function demandBegun(handle: WorkflowHandle): Promise<void> {
  if ((await handle.describe()).historyLength > eventsBeforeWorker) return;
  await handle.terminate('no worker began it');
  throw new WorkerUnavailable('no worker has begun the sweep: start one, and ask again');
}
