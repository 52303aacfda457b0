/** The kit in a service that traces, one whose HTTP is instrumented too, and one that does not trace. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  ROOT_CONTEXT,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import {
  type Participant,
  type Reservation,
  createParticipant,
  no,
  sqliteStore,
  yes,
} from '../../src/participant';
import {
  participantBody,
  participantHeaders,
  type ParticipantCall,
} from '../../src/protocol/wire/participantRequest';
import { quiet } from './support/quiet';

const seen = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] });
const traceId = '0af7651916cd43dd8448eb211c80319c';
const caller = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${caller}-01`;
const within: (string | undefined)[] = [];
let says: () => ReturnType<Reservation<unknown>['prepare']>;
let participant: Participant;
let count = 0;

/** As `@opentelemetry/context-async-hooks` does it. */
class Contexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    of: Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(of, () => run.apply(self as ThisParameterType<F>, args));
  }
  bind<T>(_of: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

beforeEach(async () => {
  says = () => yes;
  const note = (): void => void within.push(trace.getActiveSpan()?.spanContext().spanId);
  const reservation: Reservation<unknown> = {
    prepare: () => {
      note();
      return says();
    },
    commit: note,
    rollback: note,
  };
  participant = await createParticipant({ log: quiet, store: sqliteStore(':memory:'), reservation });
});
afterEach(async () => {
  await participant.close();
  for (const each of [trace, propagation, context]) each.disable();
  seen.reset();
  within.length = 0;
});

function traceService(): void {
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  context.setGlobalContextManager(new Contexts());
}

function callOf(phase: ParticipantCall['phase'], transactionId: string): ParticipantCall {
  return {
    transactionId,
    participant: 'p1',
    phase,
    decideBy: Date.now() + 60_000,
    payload: { card: 'hush' },
  };
}

async function ask(
  phase: ParticipantCall['phase'],
  transactionId = `t${String((count += 1))}`,
): Promise<number> {
  const call = callOf(phase, transactionId);
  const request = new Request(`http://bank/account/${phase}?key=hush`, {
    method: 'POST',
    headers: { ...participantHeaders(call), traceparent },
    body: participantBody(call),
  });
  return (await participant.handle(request)).status;
}

it('has a span for each call, below the request of the coordinator, and active in the service', async () => {
  traceService();
  expect(await ask('prepare', 'both')).toBe(200);
  expect(await ask('commit', 'both')).toBe(200);
  const spans = seen.getFinishedSpans();
  const about = { 'dtc.transaction.id': 'both', 'dtc.participant': 'p1' };
  expect(spans.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
    { name: 'prepare', attributes: { ...about, 'dtc.phase': 'prepare', 'dtc.outcome': 'yes' } },
    { name: 'commit', attributes: { ...about, 'dtc.phase': 'commit', 'dtc.outcome': 'done' } },
  ]);
  for (const span of spans) {
    expect(span.spanContext().traceId).toBe(traceId);
    expect(span.parentSpanContext?.spanId).toBe(caller);
  }
  expect(within).toEqual(spans.map(span => span.spanContext().spanId));
});

it('says no in its span, and what the service threw as an error, by its name alone', async () => {
  traceService();
  says = () => no('not enough');
  expect(await ask('prepare')).toBe(409);
  says = () => {
    throw new TypeError('card hush');
  };
  expect(await ask('prepare')).toBe(500);
  const [refused, failed] = seen.getFinishedSpans();
  expect(refused).toMatchObject({ attributes: { 'dtc.outcome': 'no' }, status: { code: 0 } });
  expect(failed).toMatchObject({ attributes: { 'error.type': 'TypeError' }, status: { code: 2 } });
  expect(
    JSON.stringify([refused?.attributes, failed?.attributes, failed?.events, failed?.status]),
  ).not.toContain('hush');
});

it("goes on below the span of the service's own HTTP instrumentation", async () => {
  traceService();
  const http = provider.getTracer('http').startSpan('POST /account/prepare');
  await context.with(trace.setSpan(ROOT_CONTEXT, http), () => ask('prepare'));
  expect(seen.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe(http.spanContext().spanId);
});

it('has none where the service does not trace', async () => {
  expect(await ask('prepare')).toBe(200);
  expect(seen.getFinishedSpans()).toEqual([]);
  expect(within).toEqual([undefined]);
});
