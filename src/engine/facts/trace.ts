/**
 * Owns where the trace of a transaction stands in Temporal: in the memo of its run, where whoever takes it up again finds it, and in the
 * header of each activity. Where nothing is traced, neither is there.
 */
import { type TransactionTrace, readTrace } from '../../protocol/wire/trace';

/** Of an activity. */
export const traceHeader = 'trace';

export function traceOf({
  memo,
}: {
  readonly memo?: Readonly<Record<string, unknown>> | undefined;
}): TransactionTrace | undefined {
  return readTrace(memo?.['trace']);
}

/** What the span of the workflow says of a transaction that has ended. Times are RFC 3339. */
export interface EndedTransaction {
  readonly transactionId: string;
  readonly status: string;
  readonly decision: string | null;
  readonly reason?: { readonly code: string; readonly participant?: string };
  readonly heuristic?: string;
  readonly createdAt: string;
  /** All locks were held. */
  readonly lockedAt?: string;
  readonly decidedAt?: string;
  readonly endedAt: string;
}

/** What a workflow tells its worker, beside history. A type, since sinks have to be open to any name. */
export type TraceSinks = { readonly traces: { ended(transaction: EndedTransaction): void } };
