/** Encryption at rest, the cipher by itself: what is sealed, what opens it, and what becomes of what does not open. */
import { randomBytes } from 'node:crypto';
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import { PayloadCipher } from '../../src/engine/encryption/cipher';
import { failureConverter } from '../../src/engine/encryption/failures';
import { openedBy } from '../../src/engine/encryption/opened';
import { type PayloadKey, type PayloadKeys } from '../../src/engine/encryption/payloadKeys';

const told: string[] = [];
beforeEach(() => told.splice(0));

const key = (id: string): PayloadKey => ({ id, key: randomBytes(32) });
const [a, b] = [key('a'), key('b')];
const cipherOf = (...keys: PayloadKeys): PayloadCipher =>
  new PayloadCipher(keys, (id, why) => told.push(`${id}: ${why}`));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);
const textOf = ({ metadata, data }: Payload): string =>
  Buffer.concat([...Object.values(metadata ?? {}), data ?? new Uint8Array()]).toString('latin1');

it('seals a payload whole, and opens it', () => {
  const sealed = cipherOf(a).seal(payloadOf({ card: '4711' }));
  expect(textOf(sealed)).not.toMatch(/4711|json/);
  expect(Buffer.from(sealed.metadata?.['encryption-key-id'] ?? []).toString()).toBe('a');
  expect(valueOf(cipherOf(b, a).open(sealed))).toEqual({ card: '4711' });
});

it('never seals twice alike', () => {
  const cipher = cipherOf(a);
  const [one, other] = [cipher.seal(payloadOf(1)), cipher.seal(payloadOf(1))];
  expect(one.data).not.toEqual(other.data);
});

it('seals with the first of its keys, and opens with any', async () => {
  const [old] = await cipherOf(a).encode([payloadOf('old')]);
  const both = cipherOf(b, a);
  const [fresh] = await both.encode([payloadOf('fresh')]);
  expect((await both.decode([old ?? {}, fresh ?? {}])).map(valueOf)).toEqual(['old', 'fresh']);
  expect(told).toEqual([]);
  const [unopened] = await cipherOf(a).decode([fresh ?? {}]);
  expect(unopened?.data).toEqual(fresh?.data);
  expect(() => valueOf(unopened ?? {})).toThrow(
    /^Unknown encoding: .* the key "b", which the DTC_PAYLOAD_KEYS/,
  );
  expect(told).toEqual(['b: unknown key']);
});

it('lets pass what is not sealed', () => {
  expect(cipherOf(a).open(payloadOf('by hand'))).toEqual(payloadOf('by hand'));
  expect(cipherOf(a).open({})).toEqual({});
  expect(told).toEqual([]);
});

describe('of what has been changed, opens nothing, and says so:', () => {
  const sealed = cipherOf(a).seal(payloadOf('a value'));
  const changed = (at: number): Payload => {
    const data = Buffer.from(sealed.data ?? []);
    data[at] = (data[at] ?? 0) ^ 1;
    return { ...sealed, data };
  };
  const length = sealed.data?.length ?? 0;
  const sameIdOtherKey = new PayloadCipher([{ id: 'a', key: b.key }], (id, why) =>
    told.push(`${id}: ${why}`),
  );
  const relabelled = { ...sealed, metadata: { ...sealed.metadata, 'encryption-key-id': Buffer.from('b') } };
  const sameKeyOtherId = new PayloadCipher([{ id: 'b', key: a.key }], (id, why) =>
    told.push(`${id}: ${why}`),
  );
  it.each([
    ['its nonce', cipherOf(a), changed(0)],
    ['its text', cipherOf(a), changed(20)],
    ['its tag', cipherOf(a), changed(length - 1)],
    ['its length', cipherOf(a), { ...sealed, data: Buffer.from(sealed.data ?? []).subarray(0, 20) }],
    ['the bytes of its key', sameIdOtherKey, sealed],
    ["its key's id", sameKeyOtherId, relabelled],
  ])('%s', (_what, cipher, payload) => {
    expect(cipher.open(payload)).toEqual(payload);
    expect(told).toEqual([expect.stringMatching(/^[ab]: not authentic$/)]);
  });
});

it("opens what Temporal's own answers hold, wherever it stands, and the messages of failures", () => {
  const cipher = cipherOf(a);
  const sealed = (value: unknown): Payload => cipher.seal(payloadOf(value));
  const failure = failureConverter.errorToFailure(
    new Error('the card 4711 is blocked'),
    defaultPayloadConverter,
  );
  const attributes = failure.encodedAttributes as Payload;
  expect(JSON.stringify({ ...failure, encodedAttributes: undefined })).not.toContain('4711');
  const memo: Record<string, Payload> = { one: sealed(1), two: payloadOf(2) };
  const lastFailure = { ...failure, encodedAttributes: cipher.seal(attributes), cause: null };
  const answer = {
    memo: { fields: memo },
    pendingActivities: [{ lastFailure, details: [sealed('so far')] }],
  };
  openedBy(cipher)(answer);
  expect(Object.values(memo).map(valueOf)).toEqual([1, 2]);
  const [{ details, lastFailure: opened } = { details: [] }] = answer.pendingActivities;
  expect(details.map(valueOf)).toEqual(['so far']);
  expect(opened).toMatchObject({
    message: 'the card 4711 is blocked',
    stackTrace: expect.any(String) as string,
  });
});

it('leaves in them what it cannot open', () => {
  const payload = cipherOf(b).seal(payloadOf(1));
  const answer = { failure: { message: 'Encoded failure', encodedAttributes: { ...payload } } };
  openedBy(cipherOf(a))(answer);
  expect(answer.failure).toEqual({ message: 'Encoded failure', encodedAttributes: payload });
});

it('without keys seals nothing, and names the key of what another has sealed', async () => {
  const cipher = new PayloadCipher([], (id, why) => told.push(`${id}: ${why}`));
  expect(cipher.seal(payloadOf('plain'))).toEqual(payloadOf('plain'));
  expect(openedBy(cipher)({ memo: payloadOf(1) })).toEqual({ memo: payloadOf(1) });
  const [unopened] = await cipher.decode([cipherOf(a).seal(payloadOf(1))]);
  expect(() => valueOf(unopened ?? {})).toThrow('the key "a", which the DTC_PAYLOAD_KEYS');
  expect(told).toEqual(['a: unknown key']);
});
