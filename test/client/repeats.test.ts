/** What the client repeats, and what it does not (docs/CLIENT.md): a server answers as scripted, and what it heard is counted. */
import { type Client, type ClientOptions, createClient } from '../../src/client';
import {
  committed,
  cutOff,
  json,
  problem,
  type Scripted,
  type ScriptedAnswer,
  startScripted,
} from './scripted';

const opened: Scripted[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(each => each.close()));
});

type ScriptedClient = Scripted & { readonly client: Client };

async function clientOf(
  answers: readonly ScriptedAnswer[],
  options: Partial<ClientOptions> = {},
): Promise<ScriptedClient> {
  const server = await startScripted(...answers);
  opened.push(server);
  return { ...server, client: createClient({ url: server.url, ...options }) };
}

const { id } = committed;
const html: ScriptedAnswer = response =>
  response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
const half: ScriptedAnswer = response => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
  response.write('{"id":', () => response.socket?.destroy());
};
const report = { matched: 1, acted: 1, failed: [], dryRun: false };
const lease = {
  resource: 'a',
  mode: 'exclusive',
  holder: 'me',
  fencingToken: 7,
  expiresAt: committed.endedAt,
};

const passing: readonly (readonly [string, ScriptedAnswer])[] = [
  ['503', problem(503, 'engine-unavailable')],
  ['429', problem(429, 'rate-limited')],
  ['502 of a proxy', html],
  ['a connection that is cut off', cutOff],
  ['an answer that is cut off', half],
];

describe('repeats', () => {
  it.each(passing)('a read after %s', async (_what, answer) => {
    const { client, heard } = await clientOf([answer, answer, json(200, committed)]);
    expect(await client.get(id)).toEqual(committed);
    expect(heard).toHaveLength(3);
  });

  it.each([...passing, ['503 start-unknown', problem(503, 'start-unknown', { transactionId: id })] as const])(
    'begin after %s: the same request under the same key',
    async (_what, answer) => {
      const { client, heard } = await clientOf([answer, json(201, committed)]);
      expect(await client.begin(['http://a/prepare'])).toEqual(committed);
      const [first, second] = heard;
      expect(first?.headers['idempotency-key']).toMatch(/^"[0-9a-f]{32}"$/);
      expect([second?.headers['idempotency-key'], second?.body]).toEqual([
        first?.headers['idempotency-key'],
        first?.body,
      ]);
    },
  );

  it('begin makes its key also where a page that did not come by https has no crypto.randomUUID', async () => {
    const { client, heard } = await clientOf([json(201, committed)]);
    const { crypto } = globalThis;
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      await client.begin(['http://a/prepare']);
      await client.begin(['http://a/prepare']);
    } finally {
      Reflect.deleteProperty(crypto, 'randomUUID');
    }
    const keys = heard.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it.each([
    ['abort', (client: Client) => client.abort(id, { reason: 'no more' })],
    ['retry', (client: Client) => client.retry(id)],
    [
      'resolve',
      (client: Client) => client.resolve(id, { participant: 'p1', outcome: 'unknown', reason: 'lost' }),
    ],
  ] as const)('%s, which is answered alike when it is repeated', async (verb, act) => {
    const { client, heard } = await clientOf([cutOff, json(200, committed)]);
    expect(await act(client)).toEqual(committed);
    expect(heard.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /transactions/${id}/${verb}`,
      `POST /transactions/${id}/${verb}`,
    ]);
  });

  it('an acquire, which renews what the first one brought', async () => {
    const { client, heard } = await clientOf([cutOff, json(201, lease)]);
    expect(await client.locks.acquire({ resource: 'a', holder: 'me', ttlMs: 1000 })).toEqual(lease);
    expect(heard).toHaveLength(2);
  });

  it('a release, and takes it for done where an earlier one may have done it', async () => {
    const { client, heard } = await clientOf([cutOff, problem(404, 'not-held')]);
    await client.locks.release('a', 'me');
    expect(heard).toHaveLength(2);
  });

  it.each([
    ['429', problem(429, 'rate-limited')],
    ['503 of the door', problem(503, 'keys-unavailable')],
  ])('an action on many after %s: nothing was done', async (_what, answer) => {
    const { client, heard } = await clientOf([answer, json(200, report)]);
    expect(await client.retryMany()).toEqual(report);
    expect(heard).toHaveLength(2);
  });
});

describe('does not repeat', () => {
  it.each([
    ['a 4xx', problem(404, 'unknown-transaction'), 'NotFound'],
    ['409', problem(409, 'action-conflict'), 'Conflict'],
    ['500', problem(500, 'internal-error'), 'InternalError'],
    ['an answer of another service', json(200, { hello: 'world' }), 'UnexpectedAnswer'],
    ['a redirect', json(307, {}, { location: '/elsewhere' }), 'UnexpectedAnswer'],
  ])('a read after %s', async (_what, answer, name) => {
    const { client, heard } = await clientOf([answer]);
    await expect(client.get(id)).rejects.toMatchObject({ name, attempts: 1 });
    expect(heard).toHaveLength(1);
  });

  it.each([
    ['retryMany', (client: Client) => client.retryMany()],
    [
      'resolveMany',
      (client: Client) => client.resolveMany({ participant: 'a', outcome: 'unknown', reason: 'lost' }),
    ],
    ['sweep', (client: Client) => client.sweep()],
  ] as const)('%s that may have arrived', async (_what, act) => {
    for (const [answer, name] of [
      [cutOff, 'NoAnswer'],
      [problem(503, 'worker-unavailable'), 'Unavailable'],
    ] as const) {
      const { client, heard } = await clientOf([answer]);
      await expect(act(client)).rejects.toMatchObject({ name });
      expect(heard).toHaveLength(1);
    }
  });

  it('a release of what was never held', async () => {
    const { client } = await clientOf([problem(429, 'rate-limited'), problem(404, 'not-held')]);
    await expect(client.locks.release('a', 'me')).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('between two requests', () => {
  it('waits as long as Retry-After asks for', async () => {
    const busy = problem(503, 'overloaded', { headers: { 'retry-after': '1' } });
    const { client, heard } = await clientOf([busy, json(200, committed)]);
    await client.get(id);
    expect((heard[1]?.at ?? 0) - (heard[0]?.at ?? 0)).toBeGreaterThan(990);
  });

  it('waits longer each time, and gives up with the last error once the time is over', async () => {
    const { client, heard } = await clientOf([problem(503, 'engine-unavailable')], { timeoutMs: 900 });
    const error: unknown = await client.get(id).catch((reason: unknown) => reason);
    const [first, , , fourth] = heard; // 50 to 100, 100 to 200, 200 to 400, 400 to 800: a fifth is rarely in time
    expect(error).toMatchObject({ name: 'Unavailable', attempts: heard.length });
    expect([4, 5]).toContain(heard.length);
    expect((fourth?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(345);
  });

  it('gives up at once where Retry-After is longer than the time that is left', async () => {
    const busy = problem(503, 'overloaded', { headers: { 'retry-after': '60' } });
    const { client } = await clientOf([busy], { timeoutMs: 2_000 });
    const began = performance.now();
    await expect(client.get(id)).rejects.toMatchObject({ name: 'Unavailable', retryAfterMs: 60_000 });
    expect(performance.now() - began).toBeLessThan(1_900);
  });

  it('takes a time without end for what it is', async () => {
    const late: ScriptedAnswer = (...given) => setTimeout(() => void json(200, report)(...given), 50);
    const { client } = await clientOf([late]);
    expect(await client.retryMany({}, { timeoutMs: Infinity })).toEqual(report);
  });

  it('stops when the caller aborts, with its reason', async () => {
    const { client, heard } = await clientOf([
      problem(503, 'overloaded', { headers: { 'retry-after': '9' } }),
    ]);
    const leaving = new AbortController();
    const reason = new Error('not needed any more');
    setTimeout(() => {
      leaving.abort(reason);
    }, 100);
    await expect(client.get(id, { signal: leaving.signal })).rejects.toBe(reason);
    expect(heard).toHaveLength(1);
  });

  it('asks for the token anew, and shows it in no error', async () => {
    const tokens = ['first-token', 'second-token', 'bad\ntoken'];
    const token = (): string => tokens.shift() ?? '';
    const { client, heard } = await clientOf([cutOff, json(200, committed)], { token });
    await client.get(id);
    expect(heard.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first-token',
      'Bearer second-token',
    ]);
    const refused = client.begin(['http://a/prepare']);
    await expect(refused).rejects.toMatchObject({ name: 'NoToken' });
    await expect(refused).rejects.not.toThrow(/bad/);
  });
});

describe('of a start', () => {
  const request = ['http://a/prepare'];

  it.each([
    ['it was cut off', cutOff],
    ['nobody knows', problem(503, 'start-unknown', { transactionId: id })],
    ['the coordinator failed', problem(500, 'internal-error')],
    ['a proxy waited in vain', html],
    ['an answer was cut off', half],
  ])('does not say that nothing was started where %s', async (_why, answer) => {
    const { client } = await clientOf([answer, problem(401, 'unauthenticated')], { timeoutMs: 1_000 });
    await expect(client.begin(request, { idempotencyKey: 'order-7' })).rejects.toMatchObject({
      name: 'BeginUnknown',
      idempotencyKey: 'order-7',
    });
  });

  it('names the id where the coordinator could', async () => {
    const answer = problem(503, 'start-unknown', { transactionId: id });
    const { client } = await clientOf([answer], { timeoutMs: 800 });
    await expect(client.begin(request)).rejects.toMatchObject({ name: 'BeginUnknown', transactionId: id });
  });

  it('does not say so when the caller aborts it on its way either', async () => {
    const { client } = await clientOf([() => undefined]);
    const signal = AbortSignal.timeout(100);
    const begun = client.begin(request, { signal });
    await expect(begun).rejects.toMatchObject({ name: 'BeginUnknown', cause: { name: 'TimeoutError' } });
  });

  it.each([
    ['too much is started', problem(503, 'overloaded'), 'Unavailable'],
    ['Temporal cannot be had', problem(503, 'engine-unavailable'), 'Unavailable'],
    ['it stops', problem(503, 'stopping'), 'Unavailable'],
    ['the request is wrong', problem(400, 'invalid-request'), 'InvalidRequest'],
    ['a proxy has no such path', json(404, 'no'), 'UnexpectedAnswer'],
  ])('says that nothing was where %s', async (_why, answer, name) => {
    const { client } = await clientOf([answer], { timeoutMs: 800 });
    await expect(client.begin(request)).rejects.toMatchObject({ name });
  });

  it('knows that none was where the key turns out to be of another request', async () => {
    const { client } = await clientOf([cutOff, problem(422, 'idempotency-key-reused')]);
    await expect(client.begin(request)).rejects.toMatchObject({ name: 'KeyReused' });
  });

  it('knows that none was where nobody takes the connection', async () => {
    const { client, url, close } = await clientOf([cutOff], { timeoutMs: 300 });
    await close();
    opened.pop();
    const refused = client.begin(request);
    await expect(refused).rejects.toMatchObject({ name: 'NoAnswer', wasSent: false });
    await expect(refused).rejects.toThrow(`POST ${url}/transactions: ECONNREFUSED`);
  });
});
