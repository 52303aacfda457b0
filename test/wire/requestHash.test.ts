import { parseTransactionRequest, requestHash } from '../../src/protocol/client/transactionRequest';

function hash(body: unknown): string {
  const parsed = parseTransactionRequest(body, { maxParticipants: 10, maxRequestTimeoutMs: 60_000 });
  if (parsed.is === 'refused') throw new Error(JSON.stringify(parsed.problems));
  return requestHash(parsed.request);
}

const url = 'http://a/prepare';
const withLocks = (...locks: unknown[]): unknown => ({ participants: [url], locks });
const a = { resource: 'a', mode: 'exclusive' };
const b = { resource: 'b', mode: 'shared' };
const withPayload = (payload: unknown): unknown => ({ participants: [{ url, payload }] });

describe('the hash of a request', () => {
  it('stays what it was: transactions that are retained are compared with it', () => {
    expect(hash([url])).toBe('abaae18a7cb62b656fc7f3cc6f0636e559f4ec6603306b0b53024e1531a65921');
  });

  it.each([
    ['the long form', { participants: [{ url }] }],
    ['names that are the defaults', { participants: [{ url, name: 'p1' }] }],
    ['another spelling of the URL', ['HTTP://A:80/x/../prepare']],
    [
      'the URLs that are the defaults',
      { participants: [{ url, rollbackUrl: 'http://a/rollback', commitUrl: 'http://a/commit' }] },
    ],
    ['labels that are none', { participants: [url], labels: {} }],
    ['locks that are none', withLocks()],
  ])('is the same for %s', (_, body) => {
    expect(hash(body)).toBe(hash([url]));
  });

  it('stays what it was with locks, in whichever order they are given', () => {
    const before = '0fc92a3352141d2b1bfb4abfc9d366f72fe67e99ed70b3fc6b5b970d2153cbe0';
    expect(hash(withLocks(a, b))).toBe(before);
    expect(hash(withLocks(b, a))).toBe(before);
  });

  it.each([
    ['a lock less', withLocks(a)],
    ['another mode', withLocks(a, { ...b, mode: 'exclusive' })],
    ['another resource', withLocks(a, { ...b, resource: 'c' })],
    ['modes that are changed over', withLocks({ ...a, mode: 'shared' }, { ...b, mode: 'exclusive' })],
    ['a lock timeout', { participants: [url], locks: [a, b], lockTimeoutMs: 1000 }],
  ])('with locks is another for %s', (_, body) => {
    expect(hash(body)).not.toBe(hash(withLocks(a, b)));
  });

  it('does not depend on the order of members, at any depth', () => {
    expect(hash(withPayload({ a: 1, b: [{ c: 2, d: 3 }] }))).toBe(
      hash(withPayload({ b: [{ d: 3, c: 2 }], a: 1 })),
    );
  });

  it.each([
    ['a participant more', [url, 'http://b/prepare']],
    ['a query', [`${url}?k=1`]],
    ['a name', { participants: [{ url, name: 'a' }] }],
    ['a timeout', { participants: [url], timeoutMs: 1_000 }],
    ['a mode, even the default one', { participants: [url], onCommitFailure: 'retry' }],
    ['a lock', withLocks(a)],
    ['a lock timeout', { participants: [url], lockTimeoutMs: 1000 }],
    ['a label', { participants: [url], labels: { a: 'b' } }],
    ['a payload', withPayload(1)],
    ['a payload of null', withPayload(null)],
  ])('is another for %s', (_, body) => {
    expect(hash(body)).not.toBe(hash([url]));
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: '1' }],
    [{ a: {} }, { a: [] }],
    [['a', 'b'], ['a,b']],
    [{ 'a":1,"b': 1 }, { a: 1, b: 1 }],
    [JSON.parse('{"__proto__":1}'), {}],
    [-0.5, 0.5],
  ])('tells payload %j from %j', (one, other) => {
    expect(hash(withPayload(one))).not.toBe(hash(withPayload(other)));
  });
});
