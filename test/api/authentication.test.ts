import { Harness, problem } from './harness';

const tokens = {
  alice: 'alice-0123456789abcdef',
  bob: 'bob-0123456789abcdef',
  stock: 'stock-0123456789abcdef',
  ops: 'ops-0123456789abcdef',
};
const setting = `alice:client:${tokens.alice}, bob:client:${tokens.bob},stock:participant:${tokens.stock},ops:operator:${tokens.ops}`;

let api: Harness;
beforeEach(async () => {
  api = await Harness.start({ DTC_API_TOKENS: setting });
  api.coordinator.add('testta', 'alice');
});
afterEach(() => api.close());

const as = (name: keyof typeof tokens): Record<string, string> => ({
  authorization: `Bearer ${tokens[name]}`,
});
const act = (name: keyof typeof tokens, action: string, json: object = {}): ReturnType<Harness['call']> =>
  api.call(`/transactions/testta/${action}`, { json, headers: as(name) });
const resolution = { participant: 'p1', outcome: 'unknown', reason: 'lost' };

describe('a caller without a valid token', () => {
  it.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('is 401 and told how to send one: %s', async (_, headers) => {
    const answer = await api.call('/transactions/testta', { headers });
    expect(answer).toEqual(problem('unauthenticated', 401));
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="transactions"');
  });

  it.each(['x', tokens.alice.slice(0, -1), `${tokens.alice}x`, 'a.b.c'])('is 401: %s', async token => {
    const answer = await api.call('/transactions/testta', { headers: { authorization: `Bearer ${token}` } });
    expect(answer).toEqual(problem('unauthenticated', 401));
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="transactions", error="invalid_token"');
    expect(api.coordinator.calls).toEqual([]);
  });

  it('is 401 before anything is said of the request', async () => {
    expect(await api.call('/transactions', { method: 'POST', body: '{' })).toEqual(
      problem('unauthenticated', 401),
    );
    expect(await api.call('/transactions/testta/x')).toEqual(problem('unauthenticated', 401));
  });
});

describe('a client', () => {
  it('starts transactions in its own name, and reads and aborts them', async () => {
    expect((await api.post(['http://a/prepare'], as('alice'))).status).toBe(201);
    expect(api.coordinator.started[0]?.caller.name).toBe('alice');
    expect((await api.call('/transactions/testta', { headers: as('alice') })).status).toBe(200);
    expect((await act('alice', 'abort')).status).toBe(200);
    expect(api.coordinator.calls.at(-1)).toEqual({ method: 'abort', with: { id: 'testta', by: 'alice' } });
  });

  it('cannot tell another client’s transaction from none', async () => {
    const other = await api.call('/transactions/testta', { headers: as('bob') });
    const none = await api.call('/transactions/testtb', { headers: as('bob') });
    expect(other).toEqual(problem('unknown-transaction', 404));
    expect(other.text.replace('testta', 'testtb')).toBe(none.text);
    expect(await act('bob', 'abort')).toEqual(problem('unknown-transaction', 404));
    const { json } = await api.call('/transactions/testta', { headers: as('alice') });
    expect(json).toMatchObject({ state: 'preparing' });
  });

  it('cannot wait for another client’s transaction', async () => {
    const answer = await api.call('/transactions/testta', { headers: { ...as('bob'), prefer: 'wait=60' } });
    expect(answer.status).toBe(404);
    expect(api.coordinator.calls.map(call => call.method)).toEqual(['read']);
  });

  it('may not retry or resolve', async () => {
    expect(await act('alice', 'retry')).toEqual(problem('role-not-allowed', 403));
    expect(await act('alice', 'resolve', resolution)).toEqual(problem('role-not-allowed', 403));
    expect(api.coordinator.calls).toEqual([]);
  });
});

describe('a participant', () => {
  it('reads any transaction, and does nothing else', async () => {
    expect((await api.call('/transactions/testta', { headers: as('stock') })).status).toBe(200);
    expect(await api.post(['http://a/prepare'], as('stock'))).toEqual(problem('role-not-allowed', 403));
    for (const action of ['abort', 'retry', 'resolve']) {
      expect(await act('stock', action, resolution)).toEqual(problem('role-not-allowed', 403));
    }
    expect(api.coordinator.calls.map(call => call.method)).toEqual(['read']);
  });
});

describe('an operator', () => {
  it('may do everything, in its own name', async () => {
    expect((await api.post(['http://a/prepare'], as('ops'))).status).toBe(201);
    expect((await api.call('/transactions/testta', { headers: as('ops') })).status).toBe(200);
    expect((await act('ops', 'abort')).status).toBe(200);
    expect((await act('ops', 'retry')).status).toBe(200);
    expect((await act('ops', 'resolve', resolution)).status).toBe(200);
    expect(api.coordinator.calls.slice(2).map(call => call.with)).toMatchObject([
      { by: 'ops' },
      { by: 'ops' },
      { by: 'ops' },
    ]);
  });
});

it('logs who called and what, without token and query', async () => {
  await api.call('/transactions/testta?token=hidden', { headers: as('alice') });
  const [line] = await api.logLines('request');
  const logged = {
    method: 'GET',
    path: '/transactions/testta',
    status: 400,
    caller: 'alice',
    transactionId: 'testta',
  };
  expect(line).toMatchObject({ ...logged, level: 'info', durationMs: expect.any(Number) as number });
  expect(api.logText).not.toMatch(/hidden|0123456789abcdef/);
});
