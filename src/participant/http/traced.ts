/**
 * Owns the span of a call where the service traces: where it has registered a tracer provider with OpenTelemetry's API, of which this uses
 * nothing else. A service that has not done so loads nothing by this, and needs not have it installed.
 *
 * Its parent is the span that the service's own instrumentation of HTTP has begun, where there is one, else the request's `traceparent`.
 * While the service's functions run it is the active span. Payloads are not told (I11).
 */
import { type Phase } from '../../protocol/wire/phases';
import { type BranchKey } from '../contract';
import type * as OpenTelemetryApi from '@opentelemetry/api';

type Api = typeof OpenTelemetryApi;

export interface TracedCall extends BranchKey {
  readonly phase: Phase;
}

/** What came of it. */
export type Tell = (outcome: string) => void;

/** Where API and SDK, which may be several copies of each, find each other. */
const registry = Symbol.for('opentelemetry.js.api.1');

export async function inSpan<T>(
  call: TracedCall,
  headers: Headers,
  work: (tell: Tell) => Promise<T>,
): Promise<T> {
  const api = registry in globalThis ? await loadApi() : undefined;
  return api === undefined ? work(() => undefined) : within(api, { call, headers }, work);
}

let loaded: Promise<Api | undefined> | undefined;

/** Undefined where only the service has it, out of the kit's reach. */
function loadApi(): Promise<Api | undefined> {
  loaded ??= import('@opentelemetry/api').catch(() => undefined);
  return loaded;
}

async function within<T>(
  { context, propagation, trace, SpanKind, SpanStatusCode }: Api,
  { call, headers }: { readonly call: TracedCall; readonly headers: Headers },
  work: (tell: Tell) => Promise<T>,
): Promise<T> {
  const { transactionId, participant, phase } = call;
  const active = context.active();
  const getter = { get: (from: Headers, name: string) => from.get(name) ?? undefined, keys: () => [] };
  const parent = trace.getSpan(active) === undefined ? propagation.extract(active, headers, getter) : active;
  const attributes = {
    'dtc.transaction.id': transactionId,
    'dtc.participant': participant,
    'dtc.phase': phase,
  };
  const span = trace.getTracer(name).startSpan(phase, { kind: SpanKind.SERVER, attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () =>
      work(outcome => void span.setAttribute('dtc.outcome', outcome)),
    );
  } catch (error) {
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

const name = 'distributed-transaction-coordinator/participant';
