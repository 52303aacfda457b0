/** How many requests a second one caller may send (`DTC_RATE_LIMIT`, PROTOCOL §5). */
import { Rates } from '../../src/api/rateLimit';
import { type Answer, Harness, problem } from './harness';

describe('a rate', () => {
  const times = (rates: Rates, count: number, now: number): number =>
    Array.from({ length: count }, () => rates.take('a', now)).filter(waitMs => waitMs === 0).length;

  it('is a burst of ten seconds, and then so many a second', () => {
    const rates = new Rates(5);
    expect(times(rates, 100, 0)).toBe(50);
    expect(rates.take('a', 0)).toBeCloseTo(200);
    expect(times(rates, 100, 1_000)).toBe(5);
    expect(times(rates, 100, 61_000)).toBe(50);
  });

  it('is of each caller alone', () => {
    const rates = new Rates(1);
    times(rates, 10, 0);
    expect([rates.take('a', 0) > 0, rates.take('b', 0)]).toEqual([true, 0]);
  });

  it('forgets who has used nothing lately, and nobody else', () => {
    const rates = new Rates(1);
    times(rates, 10, 0);
    for (let nth = 0; nth < 5_000; nth += 1) rates.take(`caller ${nth}`, 5_000 + nth);
    expect(rates.size).toBeLessThan(2_100);
    expect(rates.take('a', 0)).toBeGreaterThan(0);
  });
});

describe('where a limit is set', () => {
  const names = { alice: 'client', bob: 'client', ops: 'operator' } as const;
  const token = (name: string): string => `${name}-0123456789abcdef`;
  const tokens = Object.entries(names).map(([name, role]) => `${name}:${role}:${token(name)}`);
  const as = (name: keyof typeof names): Record<string, string> => ({
    authorization: `Bearer ${token(name)}`,
  });
  const ops = as('ops');
  const start = (api: Harness, headers: Record<string, string> = {}): ReturnType<Harness['call']> =>
    api.post(['http://a/prepare'], headers);

  /** The first answer that refuses, however slow the machine is, and how many came before it. */
  async function refusedAtLast(
    send: () => Promise<Answer>,
  ): Promise<{ readonly refused: Answer; readonly served: number }> {
    for (let served = 0; ; served += 1) {
      const answer = await send();
      if (answer.status === 429) return { refused: answer, served };
      if (served > 100) throw new Error('nothing is refused');
    }
  }

  let api: Harness;
  afterEach(() => api.close());

  it('refuses what a caller sends beyond it, says when to send it again, and does nothing; another caller is served', async () => {
    api = await Harness.start({ DTC_RATE_LIMIT: '1', DTC_API_TOKENS: tokens.join(',') });
    const { refused, served } = await refusedAtLast(() => start(api, as('alice')));
    expect(served).toBeGreaterThanOrEqual(10);
    expect(refused).toEqual(problem('rate-limited', 429));
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json['detail']).toContain('"alice" sends more than 1 requests a second');
    expect(api.coordinator.started).toHaveLength(served);
    await refusedAtLast(() => api.call('/transactions/testt1', { headers: as('alice') }));
    expect((await start(api, as('bob'))).status).toBe(201);
  });

  it('counts by the address of the connection where callers need not authenticate', async () => {
    api = await Harness.start({ DTC_RATE_LIMIT: '1' });
    let nth = 0;
    const { refused } = await refusedAtLast(
      () => start(api, { 'x-forwarded-for': `10.0.0.${(nth += 1)}` }), // which anybody can write
    );
    expect(refused).toEqual(problem('rate-limited', 429));
    expect(refused.json['detail']).toContain('127.0.0.1 sends');
    await refusedAtLast(() => api.call('/locks'));
  });

  it.each([
    ['who has authenticated', { DTC_API_TOKENS: tokens.join(',') }, ops],
    ['who need not', {}, {}],
  ])('never refuses what an operator does to end trouble, nor health: one %s', async (_, env, headers) => {
    api = await Harness.start({ DTC_RATE_LIMIT: '1', ...env });
    await refusedAtLast(() => start(api, headers));
    const resolution = { participant: 'p1', outcome: 'unknown', reason: 'lost' };
    for (const [action, json] of Object.entries({ abort: {}, retry: {}, resolve: resolution }))
      for (let nth = 0; nth < 12; nth += 1)
        expect((await api.call(`/transactions/testt1/${action}`, { json, headers })).status).toBe(200);
    expect((await api.call('/orphans/sweep', { json: {}, headers })).status).toBe(202);
    expect((await api.call('/transactions/testt1/abort/', { json: {}, headers })).status).toBe(200); // served too
    for (const path of ['/healthz', '/readyz']) expect((await api.call(path)).status).toBe(200);
    const read = (): Promise<Answer> => api.call('/transactions/testt1', { headers });
    if (headers === ops) for (let nth = 0; nth < 12; nth += 1) expect((await read()).status).toBe(200);
    else await refusedAtLast(read);
  });

  it.each([
    ['who has authenticated', { DTC_API_TOKENS: tokens.join(',') }, ops],
    ['who need not', {}, {}],
  ])(
    'counts nothing of what the CLI has decrypted, a payload a request, of one %s',
    async (_, env, headers) => {
      api = await Harness.start({ DTC_RATE_LIMIT: '1', ...env });
      await refusedAtLast(() => start(api, headers));
      for (const way of ['decode', 'encode'])
        for (let nth = 0; nth < 12; nth += 1)
          expect((await api.call(`/codec/${way}`, { json: {}, headers })).status).toBe(200);
    },
  );

  it('refuses nobody by default', async () => {
    api = await Harness.start();
    for (let nth = 0; nth < 50; nth += 1) expect((await start(api)).status).toBe(201);
  });
});
