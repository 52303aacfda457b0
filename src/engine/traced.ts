/**
 * Owns how a worker traces: each attempt of an activity that has the header of a trace, and each workflow that tells of its end.
 *
 * The SDK's own interceptors for OpenTelemetry are not used: their half in the workflow would be in the bundle, with OpenTelemetry's
 * core, also where nothing is traced, and they are made for another major version of it than ours. The trace goes with the transaction as
 * text instead (`facts/trace.ts`), and every span is made outside of workflow code.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { type ActivityInterceptorsFactory, type InjectedSinks, type WorkerOptions } from '@temporalio/worker';
import { type EndedTransaction, type TraceSinks, traceHeader, traceOf } from './facts/trace';
import { type EndedSpan, type Traces } from '../telemetry/traces/contract';
import { given } from '../protocol/wire/given';
import { type TransactionTrace, readTrace } from '../protocol/wire/trace';

export type WorkerTraces = Pick<Traces, 'activity' | 'ended'>;

/** The sink is there also where nothing is traced: a transaction may have been started by who does. */
export function tracing(traces: WorkerTraces | undefined): Pick<WorkerOptions, 'sinks' | 'interceptors'> {
  const sinks = sinksFor(traces);
  return traces === undefined ? { sinks } : { sinks, interceptors: { activity: [activities(traces)] } };
}

function activities(traces: WorkerTraces): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const trace = traceIn(input.headers);
        if (trace === undefined) return next(input);
        const { activityType: type, attempt, workflowExecution } = info;
        const transactionId = workflowExecution?.workflowId ?? '';
        return traces.activity({ trace, transactionId, type, attempt }, () => next(input));
      },
    },
  });
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** Whoever scheduled it: a header that is none of ours is none. */
function traceIn(headers: Readonly<Record<string, Payload>>): TransactionTrace | undefined {
  const payload = headers[traceHeader];
  if (payload === undefined) return undefined;
  try {
    return readTrace(defaultPayloadConverter.fromPayload(payload));
  } catch {
    return undefined; // nothing is lost by it but a span
  }
}

function sinksFor(traces: WorkerTraces | undefined): InjectedSinks<TraceSinks> {
  return {
    traces: {
      ended: {
        fn: (info, ended) => {
          const trace = traceOf(info);
          if (trace !== undefined) traces?.ended(trace, spanOf(ended));
        },
      },
    },
  };
}

function spanOf(ended: EndedTransaction): EndedSpan {
  const { transactionId, status, decision, reason, heuristic, createdAt, lockedAt, decidedAt, endedAt } =
    ended;
  const events = [
    { name: 'locks held', at: lockedAt },
    { name: `decided ${decision ?? 'nothing'}`, at: decidedAt },
  ];
  return {
    name: 'RunWorkflow:transaction',
    attributes: {
      'dtc.transaction.id': transactionId,
      'dtc.outcome': status,
      ...given({
        'dtc.decision': decision ?? undefined,
        'dtc.reason': reason?.code,
        'dtc.reason.participant': reason?.participant,
        'dtc.heuristic': heuristic,
      }),
    },
    startedAt: Date.parse(createdAt),
    endedAt: Date.parse(endedAt),
    events: events.flatMap(({ name, at }) => (at === undefined ? [] : [{ name, at: Date.parse(at) }])),
    isWrong: heuristic !== undefined,
  };
}
