/** PROTOCOL §3, the codec server over HTTP: who may ask, in which form, and which pages. */
import { defaultPayloadConverter } from '@temporalio/common';
import { PayloadCipher } from '../../src/engine/encryption/cipher';
import { Harness, problem } from './harness';

const cipher = new PayloadCipher([{ id: 'k', key: Buffer.alloc(32, 1) }], () => undefined);
const tokens = { DTC_API_TOKENS: 'olga:operator:0123456789abcdef,carl:client:0123456789abcdeg' };
const bearer = (end: string): { authorization: string } => ({
  authorization: `Bearer 0123456789abcde${end}`,
});

let api: Harness;
afterEach(() => api.close());

const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
const plain = (value: unknown): object => {
  const { metadata, data } = defaultPayloadConverter.toPayload(value);
  return { metadata: { encoding: base64(metadata?.['encoding']) }, data: base64(data) };
};
const ask = (path: string, payloads: unknown, headers = {}): ReturnType<Harness['call']> =>
  api.call(path, { json: { payloads }, headers });

it('encrypts what it is sent, and decrypts what it has encrypted', async () => {
  api = await Harness.start({}, { codec: cipher });
  const { status, json } = await ask('/codec/encode', [plain('a'), plain({ b: 1 })]);
  expect(status).toBe(200);
  const sealed = json['payloads'] as { metadata: Record<string, string> }[];
  expect(sealed.map(({ metadata }) => Object.keys(metadata).sort())).toEqual([
    ['encoding', 'encryption-key-id'],
    ['encoding', 'encryption-key-id'],
  ]);
  expect((await ask('/codec/decode', sealed)).json).toEqual({ payloads: [plain('a'), plain({ b: 1 })] });
});

it('gives back as it is what is not encrypted, and everything where there are no keys', async () => {
  api = await Harness.start({}, { codec: cipher });
  expect((await ask('/codec/decode', [plain('a'), {}])).json).toEqual({
    payloads: [plain('a'), { metadata: {} }],
  });
  await api.close();
  api = await Harness.start();
  for (const path of ['/codec/decode', '/codec/encode'])
    expect((await ask(path, [plain('a')])).json).toEqual({ payloads: [plain('a')] });
});

it('takes the query that the Web UI asks by, whatever is in it', async () => {
  api = await Harness.start({}, { codec: cipher });
  for (const query of ['preserveStorageRefs=true', 'of=tomorrow'])
    expect(await ask(`/codec/decode?${query}`, [plain('a')])).toMatchObject({
      ...{ status: 200, json: { payloads: [plain('a')] } },
    });
});

it('is for operators', async () => {
  api = await Harness.start(tokens, { codec: cipher });
  expect(await ask('/codec/decode', [], bearer('f'))).toMatchObject({ status: 200 });
  expect(await ask('/codec/decode', [], bearer('g'))).toEqual(problem('role-not-allowed', 403));
  expect(await ask('/codec/decode', [])).toEqual(problem('unauthenticated', 401));
});

it.each([
  [[], '#'],
  [{ payload: [] }, '#/payload'],
  [{ payloads: 'a' }, '#/payloads'],
  [{ payloads: [{ data: 'not base64!' }] }, '#/payloads/0/data'],
  [{ payloads: [{ metadata: { encoding: 7 } }] }, '#/payloads/0/metadata/encoding'],
])('names what is wrong in %j', async (json, pointer) => {
  api = await Harness.start({}, { codec: cipher });
  const answer = await api.call('/codec/decode', { json });
  expect(answer).toEqual(problem('invalid-request', 400));
  expect(answer.json['errors']).toMatchObject([{ pointer }]);
});

it.each(['/codec/encode', '/codec/decode'])(
  '%s takes the list for empty where it is left out, as the CLI does for a query without arguments',
  async path => {
    api = await Harness.start({}, { codec: cipher });
    expect(await api.call(path, { json: {} })).toMatchObject({ status: 200, json: { payloads: [] } });
  },
);

describe('takes no more at once than it can do beside everything else:', () => {
  const entries = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, nth) => [`m${nth}`, '']));

  it.each([
    ['payloads', Array<object>(5_000).fill({}), Array<object>(5_001).fill({}), '5001 payloads: at most 5000'],
    [
      'entries of metadata',
      [{ metadata: entries(20) }],
      [{}, { metadata: entries(21) }],
      'payload 2 has 21 entries of metadata: at most 20',
    ],
  ])('%s', async (_what, taken, refused, why) => {
    api = await Harness.start({}, { codec: cipher });
    expect(await ask('/codec/decode', taken)).toMatchObject({ status: 200 });
    for (const path of ['/codec/decode', '/codec/encode']) {
      const answer = await ask(path, refused);
      expect(answer).toEqual(problem('body-too-large', 413));
      expect(answer.json['detail']).toContain(why);
    }
  });
});

describe('a page in a browser', () => {
  const preflight = (origin: string): ReturnType<Harness['call']> =>
    api.call('/codec/decode', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it.each([
    [{}, 'http://localhost:8233'],
    [{ DTC_TEMPORAL_UI_PORT: '9000' }, 'http://127.0.0.1:9000'],
    [{ DTC_WEB_UI_ORIGIN: 'https://temporal.example' }, 'https://temporal.example'],
    [
      { ...tokens, TEMPORAL_ADDRESS: 'a:1', DTC_WEB_UI_ORIGIN: 'https://temporal.example' },
      'https://temporal.example',
    ],
  ])('with %j may ask if it is at %s', async (env, origin) => {
    api = await Harness.start(env, { codec: cipher });
    expect(await preflight(origin)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
      },
    });
    const answer = await ask('/codec/decode', [], { origin, ...bearer('f') });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
  });

  it.each([
    [{}, 'https://evil.example'],
    [{}, 'null'],
    [{ TEMPORAL_ADDRESS: 'a:1' }, 'http://localhost:8233'],
    [{ DTC_WEB_UI_ORIGIN: 'https://temporal.example' }, 'http://localhost:8233'],
  ])('with %j may not if it is at %s', async (env, origin) => {
    api = await Harness.start(env, { codec: cipher });
    const answer = await preflight(origin);
    expect(answer.status).not.toBe(204);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('gets from no other route what lets it read an answer', async () => {
    api = await Harness.start({}, { codec: cipher });
    const headers = { origin: 'http://localhost:8233' };
    expect((await api.call('/transactions', { headers })).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });
});
