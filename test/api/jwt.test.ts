import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { until } from '../support/until';
import { Harness, problem } from './harness';

let keys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
let keyServer: Server;
let keyServerStatus = 200;
/** What it answers, and how often it was asked. */
let keySet = '';
let wholeSet = '';
let keyReads = 0;
/** Of each start another, so that what an earlier one still asks is not counted. */
let path = '';
let api: Harness;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  wholeSet = JSON.stringify({
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }],
  });
  keyServer = createServer((request, response) => {
    if (request.url === path) keyReads += 1;
    response.writeHead(keyServerStatus).end(keySet);
  });
  await new Promise<void>(resolve => keyServer.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  keyServer.close();
});
beforeEach(async () => {
  keyServerStatus = 200;
  keySet = wholeSet;
  api = await Harness.start({
    DTC_JWKS_URL: nextKeysUrl(),
    DTC_API_TOKENS: 'ops:operator:ops-0123456789abcdef',
  });
  api.coordinator.add('testt1', 'alice');
});
afterEach(() => api.close());

function nextKeysUrl(): string {
  path = `/${String(Math.random())}/keys`;
  keyReads = 0;
  return `http://127.0.0.1:${String((keyServer.address() as AddressInfo).port)}${path}`;
}

const claims = { sub: 'alice', role: 'client' };

function sign(
  payload: JWTPayload,
  key: CryptoKey | Uint8Array = keys.privateKey,
  alg = 'ES256',
): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1_000) + 60, ...payload })
    .setProtectedHeader({ alg, kid: 'k1' })
    .sign(key);
}

/** Starts the API anew with more settings. */
async function restart(more: Record<string, string> = {}): Promise<void> {
  await api.close();
  api = await Harness.start({ DTC_JWKS_URL: nextKeysUrl(), ...more });
  api.coordinator.add('testt1', 'alice');
}

function read(token: string): ReturnType<Harness['call']> {
  return api.call('/transactions/testt1', { headers: { authorization: `Bearer ${token}` } });
}

it('takes the name from sub and the role from role', async () => {
  expect((await read(await sign(claims))).status).toBe(200);
  expect(await read(await sign({ ...claims, sub: 'bob' }))).toEqual(problem('unknown-transaction', 404));
  expect((await read(await sign({ sub: 'bob', role: 'operator' }))).status).toBe(200);
});

describe('a JWT and a token of one name', () => {
  const alice = 'alice-0123456789abcdef';
  const both = async (): Promise<void> => {
    await api.close();
    const { port } = keyServer.address() as AddressInfo;
    const env = { DTC_JWKS_URL: `http://127.0.0.1:${port}/keys`, DTC_API_TOKENS: `alice:client:${alice}` };
    api = await Harness.start(env);
  };

  it('are two callers: neither reads, nor aborts, what the other started', async () => {
    await both();
    const jwt = await sign(claims);
    const headers = (token: string) => ({ authorization: `Bearer ${token}` });
    const { json: ofToken } = await api.post(['http://a/prepare'], headers(alice));
    const { json: ofJwt } = await api.post(['http://a/prepare'], headers(jwt));
    const statuses = async (token: string): Promise<number[]> =>
      Promise.all(
        [ofToken, ofJwt].flatMap(({ id }) => [
          api.call(`/transactions/${String(id)}`, { headers: headers(token) }).then(({ status }) => status),
          api
            .call(`/transactions/${String(id)}/abort`, { json: {}, headers: headers(token) })
            .then(({ status }) => status),
        ]),
      );
    expect(await statuses(alice)).toEqual([200, 200, 404, 404]);
    expect(await statuses(jwt)).toEqual([404, 404, 200, 200]);
    expect(
      api.coordinator.calls.flatMap(({ method, with: asked }) => (method === 'abort' ? [asked] : [])),
    ).toEqual(
      expect.arrayContaining([
        { id: ofToken['id'], by: 'alice' },
        { id: ofJwt['id'], by: 'jwt:alice' },
      ]),
    );
  });

  it('hold leases of their own', async () => {
    await both();
    const lease = { resource: 'r', holder: 'h', ttlMs: 1000 };
    for (const token of [alice, await sign(claims)])
      await api.call('/locks', { json: lease, headers: { authorization: `Bearer ${token}` } });
    expect(api.locks.acquired.map(({ caller }) => caller)).toEqual(['alice', 'jwt:alice']);
  });

  it('what an older version started is the token’s, or the JWT’s where no token has the name', async () => {
    expect((await read(await sign(claims))).status).toBe(200); // there is no token "alice" here
    await both();
    api.coordinator.add('testt1', 'alice');
    expect((await read(alice)).status).toBe(200);
    expect(await read(await sign(claims))).toEqual(problem('unknown-transaction', 404));
  });

  it('a token cannot be called as a JWT is', async () => {
    await expect(Harness.start({ DTC_API_TOKENS: `jwt:alice:client:${alice}` })).rejects.toThrow(
      'DTC_API_TOKENS',
    );
  });
});

it('takes configured tokens beside JWTs', async () => {
  expect((await read('ops-0123456789abcdef')).status).toBe(200);
});

describe('refuses with 401', () => {
  it.each([
    ['an expired token', { ...claims, exp: 1_000 }],
    ['one that never expires', { ...claims, exp: undefined }],
    ['one that is not valid yet', { ...claims, nbf: 9_999_999_999 }],
    ['no role', { sub: 'alice' }],
    ['another role', { ...claims, role: 'admin' }],
    ['several roles', { ...claims, role: ['operator'] }],
    ['no name', { role: 'operator' }],
    ['a name that is none', { ...claims, sub: 'a\nb' }],
  ])('%s', async (_, payload) => {
    expect(await read(await sign(payload as JWTPayload))).toEqual(problem('unauthenticated', 401));
  });

  it('a signature of another key', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await read(await sign(claims, privateKey))).toEqual(problem('unauthenticated', 401));
  });

  it('a signature of a key that the set does not hold', async () => {
    const header = { alg: 'ES256', kid: 'k2' };
    const unknown = new SignJWT({ ...claims, exp: 9_999_999_999 }).setProtectedHeader(header);
    expect(await read(await unknown.sign(keys.privateKey))).toEqual(problem('unauthenticated', 401));
  });

  it('a token that is not signed, and one that is signed with a shared secret', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part({ ...claims, exp: 9_999_999_999 })}.`;
    expect(await read(unsigned)).toEqual(problem('unauthenticated', 401));
    const secret = await sign(claims, new TextEncoder().encode('x'.repeat(32)), 'HS256');
    expect(await read(secret)).toEqual(problem('unauthenticated', 401));
  });

  it('what only looks like one', async () => {
    expect(await read('a.b.c')).toEqual(problem('unauthenticated', 401));
  });
});

describe('issuer and audience', () => {
  const terms = { DTC_JWT_ISSUER: 'https://id.example', DTC_JWT_AUDIENCE: 'coordinator' };
  const right = { ...claims, iss: 'https://id.example', aud: 'coordinator' };
  beforeEach(() => restart(terms));

  it.each([
    ['as they are configured', right],
    ['the audience among others', { ...right, aud: ['shop', 'coordinator'] }],
  ])('are taken %s', async (_, payload) => {
    expect((await read(await sign(payload))).status).toBe(200);
  });

  it.each([
    ['another issuer', { ...right, iss: 'https://id.example/' }],
    ['no issuer', { ...right, iss: undefined }],
    ['another audience', { ...right, aud: 'shop' }],
    ['others alone', { ...right, aud: ['shop', 'coordinator2'] }],
    ['no audience', { ...right, aud: undefined }],
  ])('%s is refused', async (_, payload) => {
    expect(await read(await sign(payload as JWTPayload))).toEqual(problem('unauthenticated', 401));
  });
});

it.each([
  ['ended seconds ago', { exp: -3 }, 200],
  ['ended half a minute ago', { exp: -30 }, 401],
  ['begins in seconds', { exp: 60, nbf: 3 }, 200],
  ['begins in half a minute', { exp: 60, nbf: 30 }, 401],
])('allows for clocks that differ by seconds: one that %s', async (_, times, status) => {
  const now = Math.floor(Date.now() / 1_000);
  const at = Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, now + seconds]));
  expect((await read(await sign({ ...claims, ...at }))).status).toBe(status);
});

describe('at the start', () => {
  const away = 'the keys of DTC_JWKS_URL cannot be read: no JWT can be checked until they can';

  it('the keys are read before anybody comes', async () => {
    await until(
      () => keyReads,
      reads => reads > 0,
    );
    const before = keyReads;
    expect((await read(await sign(claims))).status).toBe(200);
    expect(keyReads).toBe(before);
  });

  it('it does not wait for an identity provider that is away: others get in, and JWTs once it is back', async () => {
    keyServerStatus = 500;
    await restart({ DTC_API_TOKENS: 'ops:operator:ops-0123456789abcdef' });
    await api.logLines(away);
    expect((await read('ops-0123456789abcdef')).status).toBe(200);
    const token = await sign(claims);
    expect(await read(token)).toEqual(problem('keys-unavailable', 503));
    keyServerStatus = 200;
    await until(
      () => read(token),
      ({ status }) => status === 200,
    );
  });

  it('one that is away is asked once a second, however many tokens come', async () => {
    keyServerStatus = 500;
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    await restart();
    await api.logLines(away);
    const token = await sign(claims);
    for (let time = 0; time < 5; time += 1)
      expect(await read(token)).toEqual(problem('keys-unavailable', 503));
    expect(keyReads).toBe(1);
    now.mockReturnValue(Date.now() + 1_000);
    expect(await read(token)).toEqual(problem('keys-unavailable', 503));
    expect(keyReads).toBe(2);
    now.mockRestore();
  });

  it('one that hangs is given up, and the token is not called bad', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    await restart({ DTC_JWKS_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/keys` });
    expect(await read(await sign(claims))).toEqual(problem('keys-unavailable', 503));
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a key that is not known', () => {
  afterEach(() => jest.restoreAllMocks());
  const unknown = (): Promise<string> =>
    new SignJWT({ ...claims, exp: 9_999_999_999 })
      .setProtectedHeader({ alg: 'ES256', kid: `k${Math.random()}` })
      .sign(keys.privateKey);

  it.each([
    ['that answers', 200, 'unauthenticated', 401],
    ['that is away', 500, 'keys-unavailable', 503],
  ] as const)(
    'is looked up once in half a minute at an identity provider %s, however many are made up',
    async (_, status, name, code) => {
      await read(await sign(claims));
      keyServerStatus = status;
      const ahead = Date.now() + 31_000;
      const now = jest.spyOn(Date, 'now').mockReturnValue(ahead);
      const before = keyReads;
      for (let time = 0; time < 5; time += 1)
        expect(await read(await unknown())).toEqual(problem(name, code));
      expect(keyReads - before).toBe(1);
      now.mockReturnValue(ahead + 31_000);
      expect(await read(await unknown())).toEqual(problem(name, code));
      expect(keyReads - before).toBe(2);
    },
  );
});

describe('while the identity provider is away', () => {
  const minuteMs = 60_000;
  const stale = 'the keys of DTC_JWKS_URL cannot be read: those that are known go on';
  let aheadMs = 0;
  beforeEach(() => {
    aheadMs = 0;
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['answers 500', 500],
    ['answers what is no key set', 200],
  ])('known keys go on for a day where it %s', async (_, status) => {
    const token = await sign(claims);
    expect((await read(token)).status).toBe(200);
    keyServerStatus = status;
    keySet = '<html>';
    aheadMs = 11 * minuteMs;
    expect((await read(token)).status).toBe(200);
    expect(await api.logLines(stale)).toHaveLength(1);
    aheadMs = 24 * 60 * minuteMs - minuteMs;
    expect((await read(token)).status).toBe(200);
    aheadMs = 24 * 60 * minuteMs + minuteMs;
    expect(await read(token)).toEqual(problem('keys-unavailable', 503));
  });

  it('known keys go on where nobody listens any more', async () => {
    const other = createServer((_request, response) => response.end(keySet));
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await api.close();
    api = await Harness.start({ DTC_JWKS_URL: `http://127.0.0.1:${port}/keys` });
    api.coordinator.add('testt1', 'alice');
    const token = await sign(claims);
    expect((await read(token)).status).toBe(200);
    other.closeAllConnections();
    await new Promise(resolve => other.close(resolve));
    aheadMs = 60 * minuteMs;
    expect((await read(token)).status).toBe(200);
  });

  it('it is asked again every half minute, by one request', async () => {
    const token = await sign(claims);
    await read(token);
    keyServerStatus = 500;
    aheadMs = 11 * minuteMs;
    const before = keyReads;
    await Promise.all([read(token), read(token), read(token)]);
    expect(keyReads - before).toBe(1);
    aheadMs += minuteMs;
    await read(token);
    expect(keyReads - before).toBe(2);
  });

  it('an unknown key is no bad token: it cannot be looked up', async () => {
    await read(await sign(claims));
    keyServerStatus = 500;
    aheadMs = minuteMs;
    const header = { alg: 'ES256', kid: 'k2' };
    const unknown = new SignJWT({ ...claims, exp: 9_999_999_999 }).setProtectedHeader(header);
    expect(await read(await unknown.sign(keys.privateKey))).toEqual(problem('keys-unavailable', 503));
  });
});

describe('while the identity provider answers', () => {
  afterEach(() => jest.restoreAllMocks());

  it('keys are read anew from five minutes on, beside what goes on', async () => {
    const token = await sign(claims);
    await read(token);
    const before = keyReads;
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 4 * 60_000);
    expect((await read(token)).status).toBe(200);
    expect(keyReads).toBe(before);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 6 * 60_000);
    expect((await read(token)).status).toBe(200);
    await until(
      () => keyReads,
      reads => reads > before,
    );
    expect((await read(token)).status).toBe(200);
    expect(keyReads).toBe(before + 1);
  });

  it('a key that it has withdrawn goes after ten minutes, and a new one is found after half a minute', async () => {
    const token = await sign(claims);
    expect((await read(token)).status).toBe(200);
    const next = await generateKeyPair('ES256');
    keySet = JSON.stringify({ keys: [{ ...(await exportJWK(next.publicKey)), kid: 'k2', alg: 'ES256' }] });
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 40_000);
    const header = { alg: 'ES256', kid: 'k2' };
    const newer = new SignJWT({ ...claims, exp: 9_999_999_999 }).setProtectedHeader(header);
    expect((await read(await newer.sign(next.privateKey))).status).toBe(200);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 11 * 60_000);
    expect(await read(token)).toEqual(problem('unauthenticated', 401));
  });
});

it('is 503 while the keys cannot be had, which says nothing of the token', async () => {
  keyServerStatus = 500;
  await restart();
  const answer = await read(await sign(claims));
  expect(answer).toEqual(problem('keys-unavailable', 503));
  expect(answer.headers['retry-after']).toBe('1');
});
