/**
 * Owns what a transaction tells of itself where it is traced: the span of its workflow, once, at the end, by a sink: not while it replays.
 * A worker that does not trace takes it and keeps silent.
 */
import { proxySinks, workflowInfo } from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TraceSinks, traceOf } from '../../src/engine/facts/trace';
import { given } from '../../src/protocol/wire/given';
import { traceIdOf } from '../../src/protocol/wire/trace';

const { traces } = proxySinks<TraceSinks>();

export function tellTraces({ endedAt, ...d }: TransactionDocument): void {
  if (endedAt === undefined || traceOf(workflowInfo()) === undefined) return;
  const { id: transactionId, status, decision, createdAt, decidedAt, heuristic, reason } = d;
  const why = reason && { code: reason.code, ...given({ participant: reason.participant }) };
  const optional = given({ reason: why, heuristic, decidedAt, lockedAt: lockedAt(d) });
  traces.ended({ transactionId, status, decision, createdAt, endedAt, ...optional });
}

/** The last one; undefined where there are none, or not all were held. */
function lockedAt({ locks = [] }: Pick<TransactionDocument, 'locks'>): string | undefined {
  const granted = locks.flatMap(({ grantedAt }) => grantedAt ?? []).sort();
  return granted.length < locks.length ? undefined : granted.at(-1);
}

/** Of a log line. */
export function traceField(): { readonly trace_id?: string } {
  const trace = traceOf(workflowInfo());
  return trace === undefined ? {} : { trace_id: traceIdOf(trace) };
}
