/**
 * Owns spans, made by OpenTelemetry's SDK. Nothing of it is global but the SDK's own error lines: contexts are passed on as data (memo,
 * header) between processes, and within an activity by the asynchronous call that it is.
 *
 * Baggage is not read, so it is passed on to nobody. What is wrong with a caller's `traceparent` or `tracestate` is left out by the
 * propagator (W3C Trace Context §2.3: then it begins a trace of its own).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  defaultTextMapGetter,
  defaultTextMapSetter,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';
import { type Log } from '../log';
import { given } from '../../protocol/wire/given';
import { type Ms } from '../../protocol/wire/phases';
import { type TraceContext, type TransactionTrace } from '../../protocol/wire/trace';
import { type EndedSpan, type Traces } from './contract';
import { deliverySettings, hearErrors } from './delivery';
import { type TraceSettings } from './open';

/** The attempt of an activity that is under way. */
interface Running {
  readonly span: Span;
  requests: number;
}

const propagator = new W3CTraceContextPropagator();
const closeWithinMs: Ms = 1_000;
/** Such a task comes again within seconds. */
const mostRemembered = 5_000;
/** Activities of a straggler, which hold one request, or none where it waits for its turn. */
const own: ReadonlySet<string> = new Set(['prepare', 'commit', 'rollback']);

export function startTraces(settings: TraceSettings, log: Log): Traces {
  const report = hearErrors(log);
  const ids = new Ids();
  const provider = new BasicTracerProvider({ ...deliverySettings(settings), idGenerator: ids });
  const tracer = provider.getTracer('distributed-transaction-coordinator');
  const running = new AsyncLocalStorage<Running>();
  const told = new Told();
  return {
    serve: serves(tracer),
    activity: activities(tracer, running),
    request: requests(tracer, running),
    ended: (of, ended) => {
      if (!told.isNew(of.traceparent)) return;
      ids.choose(contextOf(of)?.spanId);
      tellEnded(tracer, of, ended);
    },
    close: () => atMost(closeWithinMs, provider.shutdown().catch(report)),
  };
}

/** Random, but for the span that was given its id when its transaction was started. */
class Ids implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #chosen: string | undefined;

  /** Of the next span. */
  choose(id: string | undefined): void {
    this.#chosen = id;
  }

  generateTraceId(): string {
    return this.#random.generateTraceId();
  }

  generateSpanId(): string {
    const id = this.#chosen ?? this.#random.generateSpanId();
    this.#chosen = undefined;
    return id;
  }
}

/** A workflow's last task is done again where Temporal did not take it, and tells of its end again; in this process as a rule. */
class Told {
  readonly #last = new Set<string>();

  isNew(trace: string): boolean {
    if (this.#last.has(trace)) return false;
    this.#last.add(trace);
    for (const oldest of this.#last) {
      if (this.#last.size <= mostRemembered) break;
      this.#last.delete(oldest);
    }
    return true;
  }
}

function serves(tracer: Tracer): Traces['serve'] {
  const random = new RandomIdGenerator();
  return (method, headers) => {
    const attributes = { 'http.request.method': method };
    const context = propagator.extract(ROOT_CONTEXT, given(headers), defaultTextMapGetter);
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, context);
    const { spanId, ...shared } = span.spanContext();
    return {
      traceId: shared.traceId,
      transaction: () => ({
        ...carrierOf({ ...shared, spanId: random.generateSpanId() }),
        parent: spanId,
      }),
      end: ({ route, status, transactionId }) => {
        if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
        if (status !== undefined) span.setAttribute('http.response.status_code', status);
        if (transactionId !== undefined) span.setAttribute('dtc.transaction.id', transactionId);
        if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
}

function activities(tracer: Tracer, running: AsyncLocalStorage<Running>): Traces['activity'] {
  return async ({ trace: of, transactionId, type, attempt }, work) => {
    const attributes = { 'dtc.transaction.id': transactionId, 'dtc.activity.attempt': attempt };
    const span = tracer.startSpan(`RunActivity:${type}`, { attributes }, contextAround(contextOf(of)));
    const run = { span, requests: 0 };
    try {
      const result = await running.run(run, work);
      span.end();
      return result;
    } catch (error) {
      fail(span, errorType(error));
      if (!own.has(type) || run.requests > 0) span.end();
      throw error;
    }
  };
}

function requests(tracer: Tracer, running: AsyncLocalStorage<Running>): Traces['request'] {
  return ({ transactionId, participant, host, phase, attempt }) => {
    const within = running.getStore();
    if (within === undefined) return undefined;
    const attributes = {
      'http.request.method': 'POST',
      'dtc.transaction.id': transactionId,
      'dtc.participant': participant,
      'dtc.host': host,
      'dtc.phase': phase,
      'dtc.attempt': attempt,
    };
    const context = trace.setSpan(ROOT_CONTEXT, within.span);
    const span = tracer.startSpan(`POST ${phase}`, { kind: SpanKind.CLIENT, attributes }, context);
    return {
      traceId: span.spanContext().traceId,
      headers: { ...carrierOf(span.spanContext()) },
      end: ({ outcome, status, error, waits }) => {
        if (waits) return;
        within.requests += 1;
        span.setAttribute('dtc.outcome', outcome);
        if (status !== undefined) span.setAttribute('http.response.status_code', status);
        if (error !== undefined && outcome !== 'no') fail(span, error);
        span.end();
      },
    };
  };
}

function tellEnded(tracer: Tracer, of: TransactionTrace, ended: EndedSpan): void {
  const context = contextOf(of);
  const { name, attributes, startedAt: startTime, endedAt, events, isWrong } = ended;
  const parent = contextAround(context && { ...context, spanId: of.parent });
  const span = tracer.startSpan(name, { attributes: { ...attributes }, startTime }, parent);
  for (const event of events) span.addEvent(event.name, event.at);
  if (isWrong) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt);
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** An `ApplicationFailure` says in `type` what went wrong. Messages may come from outside: they are in the log alone. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}

function contextOf(of: TraceContext): SpanContext | undefined {
  return trace.getSpanContext(propagator.extract(ROOT_CONTEXT, of, defaultTextMapGetter));
}

function contextAround(own: SpanContext | undefined): Context {
  return own === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, own);
}

function carrierOf(own: SpanContext): TraceContext {
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpanContext(ROOT_CONTEXT, own), carrier, defaultTextMapSetter);
  const { traceparent = '', tracestate } = carrier;
  return { traceparent, ...(tracestate === undefined || tracestate === '' ? {} : { tracestate }) };
}

async function atMost(ms: Ms, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, bound]);
  clearTimeout(timer);
}
