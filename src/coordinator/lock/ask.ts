/**
 * Owns the messages that start a lock's workflow where it does not run: `acquire`, answered as soon as the lock has looked at it,
 * and `release`. Neither waits for anybody else to release.
 */
import {
  WithStartWorkflowOperation,
  type Workflow,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { type AcquireAnswer } from '../../protocol/lock/answer';
import { isAcquireAnswer, isReleased } from '../../protocol/lock/results';
import { strangerAt } from './inTheWay';
import { emptyLock } from '../../protocol/lock/state';
import { type LockInput, lockVersion } from '../../protocol/lock/stored';
import { type Ms } from '../../protocol/wire/phases';
import { unlinked } from '../../protocol/wire/plainText';
import {
  type AcquireMessage,
  acquireUpdate,
  lockWorkflow,
  lockWorkflowId,
  releaseSignal,
  releaseUpdate,
} from '../../../workflows/lock/messages';
import { within, workflowTaskTimeout } from '../../engine/ask';
import { type Engine } from '../../engine/engine';

/** A tenth of how long a lock remembers who has released: what arrives later than that is looked at. */
const sentWithinMs = 3000;
/** Well below what the heartbeat of the activity leaves, and long for a worker that is there. */
const heardWithinMs = 1000;
/** Where the lock is busy: Temporal turns some away for the moment, and the SDK sends them again. */
const busyWithinMs = 8000;

/** @throws ForeignWorkflow; what Temporal answers: asking again is harmless */
export async function ask(
  engine: Engine,
  resource: string,
  message: AcquireMessage,
  withinMs: Ms = busyWithinMs,
): Promise<AcquireAnswer> {
  const { workflow } = engine.client;
  const startWorkflowOperation = starting(engine, resource);
  const execute = (): Promise<unknown> =>
    workflow.executeUpdateWithStart(acquireUpdate, { args: [message], startWorkflowOperation });
  const answer = await within(engine, withinMs, execute, Math.min(sentWithinMs, withinMs));
  if (!isAcquireAnswer(answer)) throw await strangerAt(engine, resource);
  return answer;
}

/**
 * By an update, which costs Temporal one write where the lock runs, and a signal three; the next in turn has the lock two writes
 * earlier. But only a signal stays where no worker answers, so it follows where the update was not answered soon, whyever that was.
 */
export async function releaseFor(engine: Engine, transactionId: string, resource: string): Promise<void> {
  if (!(await isHeard(engine, { holder: transactionId, resource }, heardWithinMs)))
    await signalRelease(engine, transactionId, resource);
}

/** Whether it was. @param withinMs for the lock to answer in */
export async function isHeard(
  engine: Engine,
  { holder, resource }: { readonly holder: string; readonly resource: string },
  withinMs: Ms,
): Promise<boolean> {
  const { workflow } = engine.client;
  const startWorkflowOperation = starting(engine, resource);
  const execute = (): Promise<unknown> =>
    workflow.executeUpdateWithStart(releaseUpdate, { args: [{ holder }], startWorkflowOperation });
  try {
    return isReleased(await within(engine, withinMs, execute));
  } catch {
    return false; // told again by a signal, which says what is wrong
  }
}

async function signalRelease(engine: Engine, transactionId: string, resource: string): Promise<void> {
  const options = { signal: releaseSignal, signalArgs: [{ holder: transactionId }] as [unknown] };
  const tell = (): Promise<unknown> =>
    engine.client.workflow.signalWithStart<LockFunction, [unknown]>(lockWorkflow, {
      ...startOptions(engine, resource),
      ...options,
    });
  await within(engine, busyWithinMs, tell, sentWithinMs);
}

function starting(engine: Engine, resource: string): WithStartWorkflowOperation<LockFunction> {
  return new WithStartWorkflowOperation<LockFunction>(lockWorkflow, startOptions(engine, resource));
}

type LockFunction = (input: LockInput) => ReturnType<Workflow>;

function startOptions(
  { taskQueue }: Engine,
  resource: string,
): WorkflowStartOptions<LockFunction> & { workflowIdConflictPolicy: WorkflowIdConflictPolicy } {
  return {
    workflowId: lockWorkflowId(resource),
    taskQueue,
    args: [{ version: lockVersion, lock: emptyLock(resource) }],
    staticSummary: `lock on ${unlinked(resource)}`,
    workflowTaskTimeout,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  };
}
