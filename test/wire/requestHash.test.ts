import { parseTransactionRequest, requestHash } from '../../src/protocol/wire/transactionRequest';

function hash(body: unknown): string {
  const parsed = parseTransactionRequest(body, { maxParticipants: 10 });
  if (parsed.is === 'refused') throw new Error(JSON.stringify(parsed.problems));
  return requestHash(parsed.request);
}

const url = 'http://a/prepare';
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
  ])('is the same for %s', (_, body) => {
    expect(hash(body)).toBe(hash([url]));
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
