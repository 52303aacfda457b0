/**
 * What a collector receives of a transaction: one tree, from the caller's `traceparent` through the workflow to each request, and on into
 * the participant. Every step replays here (`maxCachedWorkflows: 0`), and nothing is told twice.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type Traces } from '../../src/telemetry/traces/contract';
import { openTraces } from '../../src/telemetry/traces/open';
import { createLog } from '../../src/telemetry/log';
import { type Rig } from '../participant/support/rig';
import { bundleWith, currentBundle } from '../replay/bundles';
import { fetchHistory } from '../replay/histories';
import { replay } from '../replay/replay';
import { serve, type Service } from '../participant/support/service';
import { sqliteRig } from '../participant/support/sqliteRig';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, hang, startParticipants } from '../support/participants';
import { eventually, until } from '../support/until';
import { type Collector, type SeenSpan, parentOf, pathOf, startCollector } from './collector';

const lines: Record<string, unknown>[] = [];
const inKit = new InMemorySpanExporter();
/** Told by workflows. */
const endings: string[] = [];
let collector: Collector;
let traces: Traces | undefined;
let dtc: TestCoordinator;
let participants: Participants;
let rig: Rig;
let kit: Service;

beforeAll(async () => {
  collector = await startCollector();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=the-tenant',
    OTEL_SERVICE_NAME: 'orders-dtc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  const log = createLog('debug', {
    write: line => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const opened = openTraces({ protocol: 'http/json' }, log);
  const ended: Traces['ended'] = (of, how) => {
    endings.push(of.traceparent);
    opened?.ended(of, how);
  };
  traces = opened && { ...opened, ended };
  dtc = await startCoordinator({ log, ...(traces && { traces }), maxCachedWorkflows: 0 });
  participants = await startParticipants();
  rig = await sqliteRig();
  kit = await serve(await rig.open());
  // as a service sets its own tracing up
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(inKit)] }),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  await dtc.run({ timeoutMs: 30_000, participants: [participants.url('warm')] });
});
afterAll(async () => {
  await dtc.close();
  await traces?.close();
  await kit.close();
  await rig.dispose();
  await participants.close();
  await collector.close();
  trace.disable();
  propagation.disable();
  context.disable();
});

/** As a client's own span would be. */
function newClient(flags = '01'): { traceId: string; traceparent: string; spanId: string } {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

const workflow = 'RunWorkflow:transaction';
const again = { name: workflow, attributes: {}, startedAt: 1, endedAt: 2, events: [], isWrong: false };
const named = (seen: readonly SeenSpan[], name: string): SeenSpan[] => seen.filter(s => s.name === name);
const paths = (seen: readonly SeenSpan[]): string[] => seen.map(span => pathOf(seen, span));

async function ended(body: unknown, headers: Readonly<Record<string, string>>): Promise<string> {
  const { id } = await dtc.start(body, headers);
  await dtc.until(id, d => d.endedAt !== undefined);
  return id;
}

describe('a transaction that commits', () => {
  it('is one tree, from the caller to each participant and into the kit', async () => {
    const { traceId, traceparent, spanId } = newClient();
    const secret = randomUUID();
    const query = `?key=${randomUUID()}`;
    const bank = { name: 'bank', url: `${kit.base}/prepare${query}`, payload: { amount: 1, secret } };
    const shop = { name: 'shop', url: participants.url('shop') };
    const id = await ended({ participants: [bank, shop] }, { traceparent, tracestate: 'vendor=a1' });
    const seen = await collector.whole(traceId, 'POST /transactions');
    const [root, run] = [named(seen, 'POST /transactions'), named(seen, workflow)];
    expect([root.length, run.length]).toEqual([1, 1]);
    expect(root[0]).toMatchObject({ parentSpanId: spanId, kind: 2, service: 'orders-dtc' });
    expect(root[0]?.attributes).toMatchObject({ 'http.response.status_code': 201, 'dtc.transaction.id': id });
    expect(run[0]?.attributes).toMatchObject({
      'dtc.transaction.id': id,
      'dtc.outcome': 'committed',
      'dtc.decision': 'commit',
    });
    expect(run[0]?.events).toEqual(['decided commit']);
    const asked = seen.filter(span => /^POST (prepare|commit)$/.test(span.name));
    expect(asked.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ 'dtc.participant': 'shop', 'dtc.phase': 'prepare', 'dtc.outcome': 'yes' }),
        expect.objectContaining({ 'dtc.participant': 'bank', 'dtc.phase': 'prepare', 'dtc.outcome': 'yes' }),
        expect.objectContaining({ 'dtc.participant': 'shop', 'dtc.phase': 'commit', 'dtc.outcome': 'done' }),
        expect.objectContaining({ 'dtc.participant': 'bank', 'dtc.phase': 'commit', 'dtc.outcome': 'done' }),
      ]),
    );
    expect(asked).toHaveLength(4);
    const under = `POST /transactions > ${workflow} > RunActivity:`;
    for (const span of asked) {
      expect(pathOf(seen, span).replace(/(prepare|commit)(All|First|Rest) > /, '')).toBe(
        `${under}${span.name}`,
      );
      expect(span).toMatchObject({ kind: 3 });
      expect(span.attributes).toMatchObject({ 'dtc.attempt': expect.anything() as unknown });
    }
    // each request has the context of its own span
    const shopSpans = new Set(
      asked.filter(s => s.attributes['dtc.participant'] === 'shop').map(s => s.spanId),
    );
    const told = participants.requests(id, 'shop').map(({ headers }) => headers);
    expect(new Set(told.map(h => h['traceparent']))).toEqual(
      new Set([...shopSpans].map(each => `00-${traceId}-${each}-01`)),
    );
    expect(told.map(h => h['tracestate'])).toEqual(['vendor=a1', 'vendor=a1']);
    // and the kit goes on with it
    const bankSpans = asked.filter(s => s.attributes['dtc.participant'] === 'bank');
    const kitSpans = inKit.getFinishedSpans().filter(s => s.spanContext().traceId === traceId);
    expect(kitSpans.map(kitView).sort(byPhase)).toEqual([
      { name: 'commit', parent: bankSpans.find(s => s.name === 'POST commit')?.spanId, outcome: 'done', id },
      { name: 'prepare', parent: bankSpans.find(s => s.name === 'POST prepare')?.spanId, outcome: 'yes', id },
    ]);
    // I11: nothing of what was sent
    const exported = Buffer.concat(collector.raw).toString();
    for (const text of [secret, query, '/account/']) expect(exported).not.toContain(text);
    expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'the-tenant' });
  });

  it('tells of its workflow once, however often that is replayed', async () => {
    const [{ traceId, traceparent }, next] = [newClient(), newClient()];
    const id = await ended([participants.url('once')], { traceparent });
    await collector.whole(traceId, workflow);
    const ofIt = (): string[] => endings.filter(each => each.includes(traceId));
    const before = ofIt().length;
    const handle = dtc.client.workflow.getHandle(id);
    for (let times = 0; times < 3; times += 1) await handle.query('status'); // of a closed run: from its history
    await ended([participants.url('next')], { traceparent: next.traceparent });
    await collector.whole(next.traceId, workflow);
    expect(ofIt()).toHaveLength(before);
    // a last task that Temporal did not take, and that is done again, tells again
    for (const trace of ofIt()) traces?.ended({ traceparent: trace, parent: '1'.repeat(16) }, again);
    const last = newClient();
    await ended([participants.url('last')], { traceparent: last.traceparent });
    await collector.whole(last.traceId, workflow);
    expect(named(collector.ofTrace(traceId), workflow)).toHaveLength(1);
  });

  it('has the trace in the log lines of its request, of its workflow and of each call', async () => {
    const { traceId, traceparent } = newClient();
    const id = await ended([participants.url('logged')], { traceparent });
    const its = (message: string): unknown[] =>
      lines.filter(l => l['transactionId'] === id && l['msg'] === message).map(l => l['trace_id']);
    await eventually(() => its('request').length > 0);
    expect(its('request').filter(each => each !== undefined)).toEqual([traceId]);
    expect(its('voted yes')).toEqual([traceId]);
    expect(its('commit acknowledged')).toEqual([traceId]);
  });
});

it('shows who refused', async () => {
  const { traceId, traceparent } = newClient();
  participants.on('full', r => (r.phase === 'prepare' ? 409 : 200));
  await ended([participants.url('full'), participants.url('other')], { traceparent });
  const seen = await collector.whole(traceId, workflow);
  expect(named(seen, workflow)[0]?.attributes).toMatchObject({
    'dtc.outcome': 'rolledback',
    'dtc.reason': 'refused',
    'dtc.reason.participant': 'p1',
  });
  const votes = named(seen, 'POST prepare').map(({ attributes, status }) => ({
    by: attributes['dtc.participant'],
    was: attributes['dtc.outcome'],
    answer: Number(attributes['http.response.status_code']),
    failed: status.code === 2,
  }));
  expect(votes).toEqual(
    expect.arrayContaining([
      { by: 'p1', was: 'no', answer: 409, failed: false },
      { by: 'p2', was: 'yes', answer: 200, failed: false },
    ]),
  );
  expect(paths(seen)).toContain(`POST /transactions > ${workflow} > RunActivity:rollbackAll > POST rollback`);
});

it('shows each attempt of who had to be asked again, and no span for one that sent nothing', async () => {
  const { traceId, traceparent } = newClient();
  participants.on('tired', r => (r.phase === 'prepare' && r.nth < 3 ? 503 : 200));
  await ended([participants.url('tired')], { traceparent });
  const seen = await collector.whole(traceId, workflow);
  const asked = named(seen, 'POST prepare').map(span => ({
    attempt: Number(span.attributes['dtc.attempt']),
    was: span.attributes['dtc.outcome'],
    failed: span.status.code === 2,
    within: parentOf(seen, span)?.name.replace(/(All|First|Rest)$/, 'All'),
  }));
  expect(asked.sort((a, b) => a.attempt - b.attempt)).toEqual([
    { attempt: 1, was: 'unavailable', failed: true, within: 'RunActivity:prepareAll' },
    { attempt: 2, was: 'unavailable', failed: true, within: 'RunActivity:prepare' },
    { attempt: 3, was: 'yes', failed: false, within: 'RunActivity:prepare' },
  ]);
  const own = named(seen, 'RunActivity:prepare').map(s => Number(s.attributes['dtc.activity.attempt']));
  expect(own.sort()).toEqual([2, 3]); // the first takes over, and sends nothing
});

it('shows the locks of a transaction, and when it had them', async () => {
  const [first, second] = [newClient(), newClient()];
  const locks = [{ resource: `room-${randomUUID()}`, mode: 'exclusive' }];
  let go = (): void => undefined;
  participants.on('holds', r =>
    r.phase === 'prepare' ? response => void (go = () => response.end('{}')) : undefined,
  );
  const holder = await dtc.start({ participants: [participants.url('holds')], locks }, first);
  await eventually(() => participants.requests(holder.id).length > 0);
  const waiter = await dtc.start({ participants: [participants.url('waits')], locks }, second);
  await dtc.until(waiter.id, d => d.locks?.[0]?.state === 'waiting');
  go();
  await dtc.until(waiter.id, d => d.locks?.[0]?.state === 'released');
  const seen = await collector.whole(second.traceId, workflow);
  expect(named(seen, workflow)).toHaveLength(1);
  expect(named(seen, workflow)[0]?.events).toEqual(['locks held', 'decided commit']);
  const under = `POST /transactions > ${workflow} > RunActivity:`;
  expect(paths(seen)).toEqual(
    expect.arrayContaining([
      `${under}acquireLocks`,
      `${under}prepareAll > POST prepare`,
      `${under}releaseLocks`,
    ]),
  );
  expect(Buffer.concat(collector.raw).toString()).not.toContain(locks[0]?.resource);
});

it('goes on with the trace where the transaction is taken up again', async () => {
  const { traceId, traceparent } = newClient();
  participants.on('slow', r => (r.phase === 'prepare' && r.nth === 1 ? hang : undefined));
  const slow = { url: participants.url('slow'), timeoutMs: 20_000 };
  const { id } = await dtc.start({ participants: [slow] }, { traceparent });
  await eventually(() => participants.requests(id).length > 0);
  await dtc.client.workflow.getHandle(id).terminate('a slip');
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  await dtc.until(id, d => d.status === 'rolledback');
  const rollbacks = await until(
    () => named(collector.ofTrace(traceId), 'POST rollback'),
    spans => spans.length > 0,
  );
  const told = participants.requests(id, 'slow', 'rollback')[0]?.headers['traceparent'];
  expect(rollbacks.map(({ spanId }) => `00-${traceId}-${spanId}-01`)).toContain(told);
});

it('is replayed by a worker of before traces, and what that one has recorded by one of now', async () => {
  const { traceparent } = newClient();
  const id = await ended([participants.url('mixed'), participants.url('versions')], { traceparent });
  const { events } = await fetchHistory(dtc.client, id);
  const scheduled = 'activityTaskScheduledEventAttributes';
  expect(JSON.stringify(events.map(event => event[scheduled]))).toContain('"header":{"fields":{"trace":');
  const before = { what: 'no header', replace: /next\(traced\(input\)\)/g, by: 'next(input)' };
  expect(await replay(bundleWith(before), [{ name: 'of now', workflowId: id, history: { events } }])).toEqual(
    [],
  );
  const without = events.map(event =>
    event[scheduled] === undefined ? event : { ...event, [scheduled]: { ...event[scheduled], header: {} } },
  );
  const ofBefore = { name: 'of before', workflowId: id, history: { events: without } };
  expect(await replay(currentBundle(), [ofBefore])).toEqual([]);
});

describe("a caller's headers", () => {
  it.each([
    ['no trace context at all', {}],
    ['a traceparent that is none', { traceparent: 'x'.repeat(8_000), tracestate: 'a=1' }],
    ['one of zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['two in one', { traceparent: `${newClient().traceparent}, ${newClient().traceparent}` }],
  ])('with %s begin a trace', async (_what, headers) => {
    const name = `h${createHash('sha256').update(_what).digest('hex').slice(0, 8)}`;
    const id = await ended([participants.url(name)], { baggage: 'user=alice', ...headers });
    const told = participants.requests(id).map(r => r.headers);
    expect(told).toHaveLength(2);
    for (const each of told) {
      expect(each['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(each).not.toHaveProperty('tracestate');
      expect(each).not.toHaveProperty('baggage');
    }
    const traceId = String(told[0]?.['traceparent']).slice(3, 35);
    const seen = await collector.whole(traceId, workflow);
    expect(named(seen, 'POST /transactions')[0]?.parentSpanId ?? '').toBe('');
  });

  it('are passed on in part where they are too long, and no baggage is', async () => {
    const { traceId, traceparent } = newClient();
    const tracestate = Array.from({ length: 100 }, (_, n) => `key${String(n)}=${'v'.repeat(50)}`).join();
    const id = await ended([participants.url('long')], { traceparent, tracestate, baggage: 'user=alice' });
    for (const { headers } of participants.requests(id)) {
      expect(headers['traceparent']).toContain(traceId);
      expect(String(headers['tracestate']).length).toBeLessThanOrEqual(512);
      expect(headers['tracestate']).toContain('key0=v');
      expect(headers).not.toHaveProperty('baggage');
    }
  });

  it('that ask for no trace get none, and participants are told so', async () => {
    const { traceId, traceparent } = newClient('00');
    const id = await ended([participants.url('unsampled')], { traceparent });
    const told = participants.requests(id).map(r => r.headers['traceparent']);
    for (const each of told) expect(each).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const next = newClient();
    await ended([participants.url('sampled')], { traceparent: next.traceparent });
    await collector.whole(next.traceId, workflow);
    expect(collector.ofTrace(traceId)).toEqual([]);
  });
});

function kitView(span: ReadableSpan): object {
  const { name, parentSpanContext, attributes } = span;
  const [outcome, id] = [attributes['dtc.outcome'], attributes['dtc.transaction.id']];
  return { name, parent: parentSpanContext?.spanId, outcome, id };
}

function byPhase(a: object, b: object): number {
  return JSON.stringify(a).localeCompare(JSON.stringify(b));
}
