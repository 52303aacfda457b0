/** Metrics by themselves: names, labels that do not grow without bound, both formats, and looks that hold no scrape up. */
import { type CallLog } from '../../src/telemetry/callLog';
import { createMetrics } from '../../src/telemetry/metrics/metrics';
import { type Doubt, doubts } from '../../src/telemetry/metrics/doubts';
import { looked } from '../../src/telemetry/metrics/looked';
import { writeMetrics } from '../../src/telemetry/metrics/text';
import { scraped } from '../support/scraped';
import { promised } from './contract';

const call: Omit<CallLog, 'host'> = {
  ...{ transactionId: 't', participant: 'p1', phase: 'prepare', attempt: 1 },
  ...{ durationMs: 20, result: 'yes' },
};

it('has the metrics that are promised, of their types, and no other', async () => {
  const { text } = await writeMetrics(createMetrics().registry, undefined);
  const types = Object.fromEntries(scraped(text).types);
  expect(types).toEqual(Object.fromEntries(Object.entries(promised).map(([name, { type }]) => [name, type])));
});

it('has a label for 200 hosts, and one for all others', async () => {
  const metrics = createMetrics();
  for (let i = 0; i < 300; i += 1) metrics.called({ ...call, host: `h${String(i)}.example` });
  metrics.called({ ...call, host: 'h0.example' });
  metrics.attention('h299.example');
  const seen = scraped((await writeMetrics(metrics.registry, undefined)).text);
  const hosts = seen.samples.filter(({ name }) => name === 'dtc_participant_requests_total');
  expect(hosts).toHaveLength(201);
  expect(seen.sum('dtc_participant_requests_total', { host: 'h0.example' })).toBe(2);
  expect(seen.sum('dtc_participant_requests_total', { host: 'other' })).toBe(100);
  expect(seen.sum('dtc_attention_total', { host: 'other' })).toBe(1);
});

it('does not count what found no place: nobody was asked', async () => {
  const metrics = createMetrics();
  metrics.called({ ...call, result: 'unavailable', host: 'a', error: { code: 'busy', message: '' } });
  const { text } = await writeMetrics(metrics.registry, undefined);
  expect(scraped(text).sum('dtc_participant_requests_total')).toBe(0);
});

describe('the format', () => {
  const metrics = createMetrics();
  metrics.called({ ...call, host: 'a"b\\c' });

  it.each([
    ['nothing is asked for', undefined, 'text/plain'],
    ['curl asks', '*/*', 'text/plain'],
    [
      'Prometheus asks',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'application/openmetrics-text',
    ],
    ['text is preferred', 'text/plain, application/openmetrics-text;q=0.5', 'text/plain'],
    ['it is excluded', 'application/openmetrics-text;q=0', 'text/plain'],
  ])('where %s', async (_, accept, expected) => {
    expect((await writeMetrics(metrics.registry, accept)).contentType).toContain(expected);
  });

  it('is the same samples in both, the one after the other', async () => {
    const openMetrics = 'application/openmetrics-text';
    const plain = await writeMetrics(metrics.registry, undefined);
    const open = await writeMetrics(metrics.registry, openMetrics);
    expect(open.text).toMatch(/\n# EOF\n$/);
    expect(open.text).toContain(
      '# TYPE dtc_transactions_started counter\ndtc_transactions_started_total 0\n',
    );
    expect(scraped(open.text).samples).toEqual(scraped(plain.text).samples);
    expect((await writeMetrics(metrics.registry, undefined)).text).toBe(plain.text);
  });
});

describe('a look', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is taken every 15 s at most, and nobody waits for it', async () => {
    const looks: ((value: number) => void)[] = [];
    const gauge = looked(() => new Promise<number>(resolve => looks.push(resolve)), fail);
    expect(gauge.now()).toBeUndefined();
    expect([gauge.now(), looks.length]).toEqual([undefined, 1]);
    looks[0]?.(7);
    await jest.advanceTimersByTimeAsync(14_000);
    expect([gauge.now(), looks.length]).toEqual([7, 1]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([gauge.now(), looks.length]).toEqual([7, 2]);
  });

  it('is taken more seldom where it takes long', async () => {
    let looks = 0;
    const gauge = looked(
      () => new Promise<number>(resolve => setTimeout(resolve, 2_000, (looks += 1))),
      fail,
    );
    gauge.now();
    await jest.advanceTimersByTimeAsync(59_000);
    expect([gauge.now(), looks]).toEqual([1, 1]);
    await jest.advanceTimersByTimeAsync(1_000);
    gauge.now();
    expect(looks).toBe(2);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(gauge.now()).toBe(2);
  });

  it('tells nothing any more where nothing has been found for a minute', async () => {
    let isUp = true;
    const failures: unknown[] = [];
    const gauge = looked(
      () => (isUp ? Promise.resolve(3) : Promise.reject(new Error('away'))),
      error => failures.push(error),
    );
    gauge.now();
    await jest.advanceTimersByTimeAsync(15_000);
    isUp = false;
    expect(gauge.now()).toBe(3);
    await jest.advanceTimersByTimeAsync(46_000);
    expect(gauge.now()).toBeUndefined();
    expect(failures).toHaveLength(1);
  });
});

describe('a doubt', () => {
  const warned: unknown[] = [];
  const settle = doubts({ warn: (...line: unknown[]) => void warned.push(line) } as never);
  const counted = jest.fn();
  const about = (look: Doubt['look']): Doubt => ({ what: 'was', transactionId: 't', look, count: counted });

  beforeEach(() => {
    jest.useFakeTimers();
    warned.length = 0;
    counted.mockClear();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is counted once it is known, through failures', async () => {
    const answers = [
      () => Promise.reject(new Error('away')),
      () => Promise.resolve(undefined),
      () => Promise.resolve(true),
    ];
    const look = jest.fn(() => (answers.shift() ?? fail)());
    settle(about(look as Doubt['look']));
    await jest.advanceTimersByTimeAsync(600_000);
    expect([look.mock.calls.length, counted.mock.calls.length, warned.length]).toEqual([3, 1, 0]);
  });

  it('is left out where it did not happen, and where nobody knows, which is said', async () => {
    settle(about(() => Promise.resolve(false)));
    await jest.advanceTimersByTimeAsync(600_000);
    expect([counted.mock.calls.length, warned.length]).toEqual([0, 0]);
    settle(about(() => Promise.resolve(undefined)));
    await jest.advanceTimersByTimeAsync(600_000);
    expect([counted.mock.calls.length, warned.length]).toEqual([0, 1]);
  });
});

function fail(): never {
  throw new Error('not expected');
}
