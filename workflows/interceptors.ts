/**
 * Owns what happens to an activation before the SDK's workflow code sees it.
 *
 * A signal: the SDK fails the workflow task over a name with Temporal's reserved prefix and over an argument that it cannot
 * decode, for ever; a person's slip must not stall a transaction (SPEC §4). So both are turned into what the handlers read,
 * write down and ignore.
 *
 * A query: it must not make the workflow go on (I2), see `aheadOfTasks`.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { type ActivateInput, type WorkflowInterceptors } from '@temporalio/workflow';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];
type Signal = NonNullable<Job['signalWorkflow']>;
type Payload = NonNullable<Signal['input']>[number];

const reservedPrefix = '__temporal_';
const unreadable = defaultPayloadConverter.toPayload('an argument that cannot be decoded');

export const interceptors = (): WorkflowInterceptors => {
  const aheadOfHistory = aheadOfTasks();
  return {
    internals: [
      {
        activate: (input, next) => {
          if (aheadOfHistory(input.activation))
            throw new Error('this query would run ahead of history: ask again');
          for (const { signalWorkflow } of input.activation.jobs ?? []) makeReadable(signalWorkflow);
          next(input);
        },
      },
    ],
  };
};

/**
 * Where a workflow is replayed for a query, the SDK also feeds it what came after the last workflow task: at that task's
 * time, and before what the next task may put first (signals). A decision taken so is not durable, and another one may be
 * taken later (I2). It shows as more history at the same instant: a task has an instant of its own. The query by itself, as
 * of a closed workflow, changes nothing and is answered.
 */
function aheadOfTasks(): (activation: ActivateInput['activation']) => boolean {
  let before = { length: 0, at: '' };
  return ({ historyLength, timestamp, jobs }) => {
    if (jobs?.every(job => job.queryWorkflow != null) === true) return false;
    const now = {
      length: Number(historyLength),
      at: `${String(timestamp?.seconds)}.${String(timestamp?.nanos)}`,
    };
    const ahead = now.length > before.length && now.at === before.at;
    before = now;
    return ahead;
  };
}

function makeReadable(signal: Signal | null | undefined): void {
  if (signal == null) return;
  const { signalName, input } = signal;
  if (signalName?.startsWith(reservedPrefix) === true) signal.signalName = `reserved: ${signalName}`;
  signal.input = input?.map(payload => (isReadable(payload) ? payload : unreadable)) ?? null;
}

function isReadable(payload: Payload): boolean {
  try {
    defaultPayloadConverter.fromPayload(payload);
    return true;
  } catch {
    return false; // written down as a message that makes no sense
  }
}
