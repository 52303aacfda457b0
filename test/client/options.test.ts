/** What is wrong with the options and arguments of a client is said by name, before anything is sent, and without what is secret. */
import { createClient } from '../../src/client';

const url = 'http://127.0.0.1:9';

it.each([
  ['url', { url: 'ftp://dtc.example' }, /^url is "ftp:\/\/dtc.example": it must be an http/],
  ['url', { url: 'http://me:pass-word@dtc.example' }, /^url is "http:\/\/…@dtc.example"/],
  ['url', { url: undefined as unknown as string }, /^url is undefined/],
  ['url', { url: 'http://dtc.example?x=1' }, /without credentials, query/],
  ['token', { url, token: 'pass\nword' }, /^token \(the value is not shown\) must be/],
  ['timeoutMs', { url, timeoutMs: 0 }, /^timeoutMs is 0: it must be/],
])('%s', (_name, options, said) => {
  const create = (): unknown => createClient(options);
  expect(create).toThrow(TypeError);
  expect(create).toThrow(said);
  expect(create).not.toThrow(/pass.?word/);
});

it.each(['', '..', 'a/b', undefined as unknown as string])('an id: %p', async id => {
  await expect(createClient({ url }).get(id)).rejects.toThrow(/^the id is/);
  await expect(createClient({ url }).abort(id)).rejects.toThrow(TypeError);
});

it.each(['', 'grün', 'x'.repeat(256)])('an idempotency key: %p', async idempotencyKey => {
  await expect(createClient({ url }).begin([], { idempotencyKey })).rejects.toThrow(/^idempotencyKey is/);
});

describe('an option that nobody knows is refused by name:', () => {
  const client = createClient({ url });
  const typo = { timeOutMs: 1 } as object;
  const signed = { resource: 'r', holder: 'h', ttlMs: 1_000 };
  const resolution = { participant: 'a', outcome: 'unknown', reason: 'gone' } as const;
  it.each<[string, () => unknown]>([
    ['begin', () => client.begin([], { idempotencykey: 'a' } as object)],
    ['wait', () => client.wait('a', typo)],
    ['get', () => client.get('a', typo)],
    ['count', () => client.count({}, typo)],
    ['abort', () => client.abort('a', {}, typo)],
    ['retry', () => client.retry('a', typo)],
    ['resolve', () => client.resolve('a', resolution, typo)],
    ['retryMany', () => client.retryMany({}, typo)],
    ['resolveMany', () => client.resolveMany(resolution, typo)],
    ['participants', () => client.participants(typo)],
    ['orphans', () => client.orphans(typo)],
    ['sweep', () => client.sweep({}, typo)],
    ['locks.acquire', () => client.locks.acquire(signed, typo)],
    ['locks.read', () => client.locks.read('r', typo)],
    ['locks.release', () => client.locks.release('r', 'h', typo)],
  ])('%s', async (_call, call) => {
    await expect(call()).rejects.toThrow(
      /^unknown option "(?:timeOutMs|idempotencykey)"; known: signal, timeoutMs/,
    );
    await expect(call()).rejects.toThrow(TypeError);
  });

  it.each<[string, () => unknown]>([
    ['createClient', () => createClient({ url, ...typo })],
    ['list', () => client.list({}, typo)],
    ['watch', () => client.watch('a', typo)],
    ['locks.list', () => client.locks.list(typo)],
  ])('%s', (_call, call) => {
    expect(call).toThrow(/^unknown option "timeOutMs"; known: /);
  });
});

describe('one object of options for all calls about a transaction', () => {
  const options = { idempotencyKey: 'order-7', until: 'end', withinMs: 1, limit: 5, timeoutMs: 1 } as const;
  const client = createClient({ url, timeoutMs: 1 });

  it.each<[string, () => Promise<unknown>]>([
    ['begin', () => client.begin(['http://a.example/prepare'], options)],
    ['wait', () => client.wait('a', options)],
    ['get', () => client.get('a', options)],
    ['list', () => client.list({}, options).page()],
    ['count', () => client.count({}, options)],
    ['watch', () => client.watch('a', options).next()],
    ['participants', () => client.participants(options)],
    ['orphans', () => client.orphans(options)],
    ['locks.read', () => client.locks.read('r', options)],
    ['locks.list', () => client.locks.list(options).page()],
  ])('%s takes it, and asks', async (_call, call) => {
    await expect(call()).rejects.toMatchObject({ name: 'NoAnswer' });
  });

  it.each<[string, RegExp, () => Promise<unknown>]>([
    ['sweep', /idempotencyKey/, () => client.sweep({}, options)],
    ['retryMany', /limit/, () => client.retryMany({}, { limit: 5 } as object)],
    ['abort', /idempotencyKey/, () => client.abort('a', {}, options)],
    [
      'locks.acquire',
      /withinMs/,
      () => client.locks.acquire({ resource: 'r', holder: 'h', ttlMs: 100 }, { withinMs: 1 } as object),
    ],
    ['get', /ifMatch/, () => client.get('a', { ifMatch: '"1"' } as object)],
  ])('%s refuses what would not be heeded', async (_call, name, call) => {
    await expect(call()).rejects.toThrow(new RegExp(`^unknown option "${name.source}"; known: `));
  });
});

it('a port that fetch never goes to: nothing was started, and that is said', async () => {
  const begun = createClient({ url, timeoutMs: 50 }).begin(['http://a.example/prepare']);
  await expect(begun).rejects.toMatchObject({ name: 'NoAnswer', wasSent: false });
});
