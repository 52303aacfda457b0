/** Owns the proof of the small rules of the wire: backoff, ids, URLs, and what a request to a participant looks like. */
import { backoffMs } from '../../src/protocol/wire/backoff';
import { keyedId, readId, tagOfNamespace, timedId } from '../../src/protocol/wire/ids';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { endpointOf, lastSegment, redactText, redactUrl, siblingUrl } from '../../src/protocol/wire/urls';

describe('backoff', () => {
  const backoff = { initialMs: 200, maxMs: 30_000 };

  test('doubles from the first failure on, up to the longest interval', () => {
    const nominal = [1, 2, 3, 8, 9, 100].map(failures => backoffMs(failures, backoff, 1));
    expect(nominal).toEqual([200, 400, 800, 25_600, 30_000, 30_000]);
  });

  test('lies between half and all of its nominal length', () => {
    expect(backoffMs(3, backoff, 0)).toBe(400);
    expect(backoffMs(3, backoff, 0.5)).toBe(600);
  });

  test('respects Retry-After up to the longest interval, and never waits less than its own', () => {
    expect(backoffMs(1, backoff, 0, 5000)).toBe(5000);
    expect(backoffMs(1, backoff, 0, 86_400_000)).toBe(30_000);
    expect(backoffMs(8, backoff, 1, 1000)).toBe(25_600);
  });
});

describe('transaction ids', () => {
  const random = Buffer.from('ffffffffffffffffffff', 'hex');

  test('without a key are a UUIDv7 after the tag, and carry their time', () => {
    const id = timedId('abc', 1_700_000_000_000, random);
    expect(id).toMatch(/^abct[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(readId('abc', id)).toEqual({ id, at: 1_700_000_000_000 });
  });

  test('without a key differ though their time is the same', () => {
    expect(timedId('abc', 5)).not.toBe(timedId('abc', 5));
  });

  test('with a key are the same for the same caller and key only', () => {
    const id = keyedId('abc', 'shop', 'order 1');
    expect(keyedId('abc', 'shop', 'order 1')).toBe(id);
    expect(keyedId('abc', 'shop', 'order 2')).not.toBe(id);
    expect(keyedId('abc', 'shoporder', ' 1')).not.toBe(keyedId('abc', 'shop', 'order 1'));
    expect(readId('abc', id)).toEqual({ id });
  });

  test.each(['', 'abc', 'xyzt0', 'abct123', 'abck', 'other-id'])('"%s" is no id of ours', text => {
    expect(readId('abc', text)).toBeUndefined();
  });

  test('have the first eight digits of the namespace as their tag', () => {
    expect(tagOfNamespace('0A1B2C3D-4e5f-0000-0000-000000000000')).toBe('0a1b2c3d');
  });
});

describe('participant URLs', () => {
  test('of commit and rollback are siblings of prepare, query kept', () => {
    expect(siblingUrl('http://a/x/prepare?k=1', 'commit')).toBe('http://a/x/commit?k=1');
    expect(siblingUrl('https://a:8443/prepare', 'rollback')).toBe('https://a:8443/rollback');
  });

  test('have one endpoint for all three', () => {
    expect(endpointOf('http://a/x/prepare?k=1')).toBe('http://a/x/');
    expect(endpointOf('http://a/x/commit')).toBe('http://a/x/');
    expect(lastSegment(new URL('http://a/x/prepare?k=/y'))).toBe('prepare');
  });

  test('show no query to people', () => {
    expect(redactUrl('http://a/prepare?token=secret')).toBe('http://a/prepare?redacted');
    expect(redactUrl('http://a/prepare')).toBe('http://a/prepare');
  });

  test.each([
    ['http://a/x', 'http://a/x'],
    ['http://a/x?k=1', 'http://a/x?redacted'],
    ['x#y', 'x?redacted'],
    ['http://u:p@a/x?k=1', 'http://redacted@a/x?redacted'],
    ['http://u:p/w@a', 'http://redacted@a'],
    ['u:p@a', 'redacted@a'],
    ['http://u:p', 'http://redacted'],
    ['http://a:80,http://b:x/', 'http://a:80,http://b:x/'],
    ['http://[::1]:80/x', 'http://[::1]:80/x'],
    ['http://a/x?k=1@2', 'http://redacted'],
    ['ann@example.com', 'ann@example.com'],
    ['', ''],
  ])('%j, which was to be a URL, is shown as %j', (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });
});

describe('a request to a participant', () => {
  const call = { transactionId: 'tx', participant: 'p1', phase: 'prepare', decideBy: 0 } as const;

  test('is named by transaction, participant and phase', () => {
    expect(participantHeaders(call)).toEqual({
      'content-type': 'application/json',
      'transaction-id': 'tx',
      'idempotency-key': 'tx/p1/prepare',
    });
  });

  test('says when the decision is due in prepare only, and leaves out what is not there', () => {
    expect(JSON.parse(participantBody(call))).toEqual({
      transactionId: 'tx',
      participant: 'p1',
      phase: 'prepare',
      decideBy: '1970-01-01T00:00:00.000Z',
    });
    expect(
      JSON.parse(participantBody({ ...call, phase: 'commit', payload: { a: 1 }, statusUrl: 'http://c' })),
    ).toEqual({
      transactionId: 'tx',
      participant: 'p1',
      phase: 'commit',
      payload: { a: 1 },
      statusUrl: 'http://c',
    });
  });
});
