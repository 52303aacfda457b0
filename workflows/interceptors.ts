/**
 * Owns what happens to an activation before the SDK's workflow code sees it.
 *
 * A signal: the SDK fails the workflow task over a name with Temporal's reserved prefix and over an argument that it cannot
 * decode, for ever; a person's slip must not stall a transaction (PROTOCOL §4). So both are turned into what the handlers read,
 * write down and ignore.
 *
 * A query: it must not make a running workflow go on (I2), see `queryAhead.ts`.
 *
 * Its end: where a closed run is replayed for what it left, that is told then (`transaction/left.ts`).
 *
 * And what leaves: the trace of a transaction, where it has one, goes with each of its activities, as a header. Replay does not compare
 * headers, and none is added where nothing is traced.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import {
  type ActivateInput,
  type Headers,
  type WorkflowInterceptors,
  workflowInfo,
} from '@temporalio/workflow';
import { traceHeader, traceOf } from '../src/engine/facts/trace';
import { queryGuard } from './queryAhead';
import { tellLeft } from './transaction/left';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];
type Signal = NonNullable<Job['signalWorkflow']>;
type Payload = NonNullable<Signal['input']>[number];

const reservedPrefix = '__temporal_';
const unreadable = defaultPayloadConverter.toPayload('an argument that cannot be decoded');

export const interceptors = (): WorkflowInterceptors => {
  const guard = queryGuard();
  return {
    outbound: [
      {
        scheduleActivity: (input, next) => next(traced(input)),
        scheduleLocalActivity: (input, next) => next(traced(input)),
      },
    ],
    internals: [
      {
        activate: (input, next) => {
          guard(input.activation);
          for (const { signalWorkflow } of input.activation.jobs ?? []) makeReadable(signalWorkflow);
          next(input);
        },
        concludeActivation: (input, next) => {
          tellLeft();
          return next(input);
        },
      },
    ],
  };
};

function traced<Input extends { readonly headers: Headers }>(input: Input): Input {
  const trace = traceOf(workflowInfo());
  if (trace === undefined) return input;
  const headers = { ...input.headers, [traceHeader]: defaultPayloadConverter.toPayload(trace) };
  return { ...input, headers };
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
