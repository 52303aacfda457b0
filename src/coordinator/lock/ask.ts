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
import { emptyLock } from '../../protocol/lock/state';
import { type LockInput } from '../../protocol/lock/stored';
import { type Ms } from '../../protocol/wire/phases';
import { unlinked } from '../../protocol/wire/plainText';
import {
  type AcquireMessage,
  acquireUpdate,
  lockWorkflow,
  lockWorkflowId,
  releaseSignal,
} from '../../../workflows/lock/messages';
import { within, workflowTaskTimeout } from '../../engine/ask';
import { type Engine } from '../../engine/engine';

/** A tenth of how long a lock remembers who has released: what arrives later than that is looked at. */
const sentWithinMs = 3000;

/** @throws what Temporal answers: asking again is harmless */
export function ask(
  engine: Engine,
  resource: string,
  message: AcquireMessage,
  withinMs: Ms = sentWithinMs,
): Promise<AcquireAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation<LockFunction>(
    lockWorkflow,
    startOptions(engine, resource),
  );
  return within(engine, Math.min(sentWithinMs, withinMs), () =>
    engine.client.workflow.executeUpdateWithStart(acquireUpdate, { args: [message], startWorkflowOperation }),
  );
}

export async function releaseFor(engine: Engine, transactionId: string, resource: string): Promise<void> {
  await within(engine, sentWithinMs, () =>
    engine.client.workflow.signalWithStart<LockFunction, [unknown]>(lockWorkflow, {
      ...startOptions(engine, resource),
      signal: releaseSignal,
      signalArgs: [{ holder: transactionId }],
    }),
  );
}

type LockFunction = (input: LockInput) => ReturnType<Workflow>;

function startOptions(
  { taskQueue }: Engine,
  resource: string,
): WorkflowStartOptions<LockFunction> & { workflowIdConflictPolicy: WorkflowIdConflictPolicy } {
  return {
    workflowId: lockWorkflowId(resource),
    taskQueue,
    args: [{ version: 1, lock: emptyLock(resource) }],
    staticSummary: `lock on ${unlinked(resource)}`,
    workflowTaskTimeout,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  };
}
