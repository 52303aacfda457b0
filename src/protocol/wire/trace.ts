/**
 * Owns W3C Trace Context as it is kept of a transaction: text, which whoever does not trace can pass on. Nothing of it is believed as it
 * comes: what has another form is none.
 */
import { membersOf } from './shapes';
import { given } from './given';

export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/**
 * `traceparent` names the span of the transaction's workflow, which its activities go on with. That span is told of once, at the end, so
 * its id is chosen at the start, and does not depend on who runs the workflow or how often (replay, another worker, a recovery).
 */
export interface TransactionTrace extends TraceContext {
  /** The id of the span that started it. */
  readonly parent: string;
}

const traceparentPattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/;
const spanIdPattern = /^[0-9a-f]{16}$/;
/** W3C Trace Context §3.3.1.5: 512 characters are to be passed on. */
const tracestatePattern = /^[ -~]{1,512}$/;

export function readTrace(value: unknown): TransactionTrace | undefined {
  const { traceparent, tracestate, parent } = membersOf(value);
  if (!matches(traceparent, traceparentPattern) || !matches(parent, spanIdPattern)) return undefined;
  const state = matches(tracestate, tracestatePattern) ? tracestate : undefined;
  return { traceparent, parent, ...given({ tracestate: state }) };
}

export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
