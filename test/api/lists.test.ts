/** What `GET /transactions` and `…/count` take, refuse and answer, and to whom. Lists are in memory; test/api/live has real ones. */
import { BadCursor, EngineUnavailable, TooManyLists } from '../../src/coordinator/errors';
import { type HostsLike } from '../../src/coordinator/hostsLike';
import { type ListedTransaction } from '../../src/protocol/client/listed';
import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => (api = await Harness.start()));
afterEach(() => api.close());

it('asks for all, fifty a page, where nothing is said', async () => {
  api.lists.page = { transactions: [], next: 'more' };
  expect(await api.call('/transactions')).toMatchObject({
    status: 200,
    json: { transactions: [], next: 'more' },
  });
  expect(await api.call('/transactions/count')).toMatchObject({ status: 200, json: { count: 0 } });
  expect(api.lists.asked).toEqual([{ filters: {}, limit: 50 }, { filters: {} }]);
});

const entry: ListedTransaction = {
  ...{ id: 'testt1', status: 'pending', state: 'preparing', decision: null, needsAttention: false },
  ...{ createdAt: '2026-01-31T12:00:00.000Z', decideBy: '2026-01-31T12:01:00.000Z' },
  participants: [{ name: 'hotel', host: 'hotel' }],
};

const since = Date.parse('2026-01-31T12:00:00Z');

it.each<[string, object]>([
  ['status=pending', { status: 'pending' }],
  ['state=acquiringLocks', { state: 'acquiringLocks' }],
  ['state=interrupted', { state: 'interrupted' }],
  ['needsAttention=true', { needsAttention: true }],
  ['needsAttention=false', { needsAttention: false }],
  ['participant=pay.example.com', { participant: 'pay.example.com' }],
  ['participant=PAY.example.com:08443', { participant: 'pay.example.com:8443' }],
  ['participant=[::1]:8080', { participant: '[::1]:8080' }],
  ['participant=[0:0::1]', { participant: '[::1]' }],
  ['participant=10.0.0.7', { participant: '10.0.0.7' }],
  ['label.order=7', { labels: { order: '7' } }],
  ['label.order=', { labels: { order: '' } }],
  ['label.a.b=x%27%22%5C%25&label.C-d=%E2%99%A1', { labels: { 'a.b': `x'"\\%`, 'C-d': '♡' } }],
  ['since=2026-01-31T12:00:00Z', { since }],
  ['until=2026-01-31T14:00:00.123%2B02:00', { until: since + 123 }],
  ['status=committed&participant=a&label.k=v', { status: 'committed', participant: 'a', labels: { k: 'v' } }],
])('takes %s', async (query, filters) => {
  expect((await api.call(`/transactions?${query}&limit=7&cursor=c`)).status).toBe(200);
  expect((await api.call(`/transactions/count?${query}`)).status).toBe(200);
  expect(api.lists.asked).toEqual([{ filters, limit: 7, cursor: 'c' }, { filters }]);
});

const known = 'unknown; known: status, state, needsAttention, participant, label.<name>, since, until';

it.each<[string, string, { readonly value?: string; readonly message: string | RegExp }]>([
  ['stat=pending', 'stat', { message: `${known}, limit, cursor` }],
  ['status=ended', 'status', { value: 'ended', message: /"pending", "committed" or "rolledback"/ }],
  ['status=', 'status', { value: '', message: /"pending"/ }],
  ['status=pending&status=pending', 'status', { message: 'must be given once' }],
  ['state=Committed', 'state', { value: 'Committed', message: /"acquiringLocks", .* or "interrupted"/ }],
  ['needsAttention=yes', 'needsAttention', { value: 'yes', message: 'must be "true" or "false"' }],
  ['participant=http://a', 'participant', { value: 'http://a', message: /must be a host/ }],
  ['participant=a/prepare', 'participant', { value: 'a/prepare', message: /must be a host/ }],
  ['participant=a%27', 'participant', { value: "a'", message: /must be a host/ }],
  ['participant=a:70000', 'participant', { value: 'a:70000', message: /must be a host/ }],
  ['participant=', 'participant', { value: '', message: /must be a host/ }],
  ['label.=x', 'label.', { message: /the name of a label/ }],
  ['label.a%20b=x', 'label.a b', { message: /the name of a label/ }],
  ['label.__proto__=x', 'label.__proto__', { message: /the name of a label, which must not be "__proto__"/ }],
  ['label.k=a&label.k=b', 'label.k', { message: 'must be given once' }],
  [`label.k=${'x'.repeat(257)}`, 'label.k', { message: /at most 256 characters/ }],
  ['label.k=a%0Ab', 'label.k', { message: /without control characters/ }],
  ['since=2026-02-31T00:00:00Z', 'since', { message: /RFC 3339/ }],
  ['until=2026-02-28T24:00:00Z', 'until', { message: /RFC 3339/ }],
  ['since=yesterday', 'since', { value: 'yesterday', message: /RFC 3339/ }],
  ['since=2026-02-31T12:00:99Z', 'since', { message: /RFC 3339/ }],
  ['until=2026-01-31T14:00:00+02:00', 'until', { message: /a \+ is written %2B/ }],
  ['limit=0', 'limit', { value: '0', message: 'must be a whole number from 1 to 200' }],
  ['limit=201', 'limit', { value: '201', message: 'must be a whole number from 1 to 200' }],
  ['limit=5.0', 'limit', { value: '5.0', message: 'must be a whole number from 1 to 200' }],
])('refuses %s by name and value, and asks nobody', async (query, name, { message, ...more }) => {
  const says: unknown = message instanceof RegExp ? expect.stringMatching(message) : message;
  const error: unknown = expect.objectContaining({ query: name, ...more, message: says });
  const answer = await api.call(`/transactions?${query}`);
  expect(answer).toEqual(problem('invalid-request', 400, { errors: [error] }));
  expect(api.lists.asked).toEqual([]);
});

it('says all that is wrong at once, and no more than is worth reading', async () => {
  const some = await api.call('/transactions?limit=x&status=x&x=hidden&label.=1');
  expect(some.json['errors']).toMatchObject([
    { query: 'limit' },
    { query: 'status' },
    { query: 'x' },
    { query: 'label.' },
  ]);
  expect(JSON.stringify(some.json)).not.toContain('hidden'); // of what is not known, nothing is repeated
  const many = Array.from({ length: 30 }, (_, nth) => `x${nth}=1`).join('&');
  const { json } = await api.call(`/transactions?${many}`);
  expect(json['errors']).toHaveLength(21);
  expect((json['errors'] as unknown[]).at(-1)).toEqual({ message: 'and 10 more problems' });
});

it('refuses more labels than a transaction can have', async () => {
  const labels = (count: number): string =>
    Array.from({ length: count }, (_, nth) => `label.k${nth}=v`).join('&');
  expect((await api.call(`/transactions?${labels(32)}`)).status).toBe(200);
  const answer = await api.call(`/transactions?${labels(33)}`);
  expect(answer.json['errors']).toMatchObject([{ query: 'label', message: /not be more than 32/ }]);
});

it('counts without pages', async () => {
  const answer = await api.call('/transactions/count?limit=5&cursor=c');
  expect(answer.status).toBe(400);
  expect(answer.json['errors']).toEqual([
    { query: 'limit', message: known },
    { query: 'cursor', message: known },
  ]);
});

it.each([
  ['hotel', [], true],
  ['localhost', [], true],
  ['hotel.example', [], false],
  ['hotel:80', [], false],
  ['hotel', [entry], false],
])(
  'hints at what a host is, where nothing has it and it looks like a name: %s',
  async (host, transactions, is) => {
    api.lists.page = { transactions };
    const hint = is
      ? {
          hint: expect.stringMatching(
            new RegExp(`at a host "${host}": participant is a host, .* not the name`),
          ) as string,
        }
      : {};
    const query = `participant=${host}&status=pending`;
    expect((await api.call(`/transactions?${query}`)).json).toEqual({ transactions, ...hint });
    expect((await api.call(`/transactions/count?${query}`)).json).toEqual({
      count: transactions.length,
      ...hint,
    });
  },
);

it.each<[string, HostsLike, RegExp | undefined]>([
  [
    'localhost',
    { isKnown: false, others: ['localhost:4001'] },
    /^no transaction .* at a host "localhost", but "localhost:4001" is known: participant is a host, with the port/,
  ],
  [
    '10.0.0.1:80',
    { isKnown: false, others: ['10.0.0.1', '10.0.0.1:81'] },
    /, but "10.0.0.1" and "10.0.0.1:81" are known:/,
  ],
  [
    'a.b',
    { isKnown: false, others: [1, 2, 3, 4, 5, 6, 7].map(nth => `a.b:${nth}`) },
    /"a.b:4", "a.b:5" and 2 more are known:/,
  ],
  ['hotel', { isKnown: true, others: ['hotel:81'] }, undefined],
])('hints at the port where nothing has %s, and it is known with another', async (host, like, expected) => {
  api.lists.like = like;
  const hint = expected === undefined ? {} : { hint: expect.stringMatching(expected) as string };
  const query = `participant=${host}&status=pending`;
  expect((await api.call(`/transactions?${query}`)).json).toEqual({ transactions: [], ...hint });
  expect((await api.call(`/transactions/count?${query}`)).json).toEqual({ count: 0, ...hint });
});

it('hints at nothing on a page that others are before or after', async () => {
  expect((await api.call('/transactions?participant=hotel&cursor=c')).json).not.toHaveProperty('hint');
  api.lists.page = { transactions: [], next: 'c' };
  expect((await api.call('/transactions?participant=hotel')).json).not.toHaveProperty('hint');
});

it('answers HEAD, and says which methods there are', async () => {
  expect(await api.call('/transactions', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  expect(await api.call('/transactions/count', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  const put = await api.call('/transactions', { method: 'PUT' });
  expect(put).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
  const post = await api.call('/transactions/count', { json: {} });
  expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

it('takes no id for the count, and no count for an id', async () => {
  await api.call('/transactions/count');
  expect(api.coordinator.calls).toEqual([]);
  expect((await api.call('/transactions/counts')).status).toBe(404);
});

it.each<[string, Error, [string, number, object]]>([
  [
    'Temporal that does not answer',
    new EngineUnavailable('silent'),
    ['engine-unavailable', 503, { detail: 'Temporal does not answer; try again' }],
  ],
  ['too many at once', new TooManyLists(), ['overloaded', 503, {}]],
  [
    'a cursor of another list',
    new BadCursor('cursor'),
    [
      'invalid-request',
      400,
      {
        errors: [
          {
            query: 'cursor',
            message:
              'must be the "next" of an earlier page of the same list: with the same other parameters, of the same caller',
          },
        ],
      },
    ],
  ],
])('tells of %s', async (_what, failure, [name, status, more]) => {
  api.lists.failure = failure;
  const answer = await api.call('/transactions?cursor=c');
  expect(answer).toEqual(problem(name, status, more));
  if (status === 503) expect(answer.headers['retry-after']).toBe('1');
});

describe('where callers authenticate', () => {
  const tokens = { shop: 'shop-0123456789abcdef', pay: 'pay-0123456789abcdef', ops: 'ops-0123456789abcdef' };
  const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  let guarded: Harness;
  beforeAll(async () => {
    guarded = await Harness.start({
      DTC_API_TOKENS: `shop:client:${tokens.shop},pay:participant:${tokens.pay},ops:operator:${tokens.ops}`,
    });
  });
  afterAll(() => guarded.close());

  it.each(['/transactions', '/transactions/count'])(
    '%s is for operators, and a client for its own',
    async path => {
      expect((await guarded.call(path)).status).toBe(401);
      const refused = await guarded.call(path, { headers: as(tokens.pay) });
      expect(refused).toEqual(
        problem('role-not-allowed', 403, {
          detail: '"pay" has the role participant, which may not list transactions',
        }),
      );
      guarded.lists.asked.length = 0;
      expect((await guarded.call(path, { headers: as(tokens.ops) })).status).toBe(200);
      expect((await guarded.call(path, { headers: as(tokens.shop) })).status).toBe(200);
      expect(guarded.lists.asked[0]).not.toHaveProperty('of');
      expect(guarded.lists.asked[1]).toMatchObject({ of: { name: 'shop', plainName: 'shop' } });
    },
  );
});
