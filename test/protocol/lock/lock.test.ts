/** Owns the lock's behaviour as sentences: who gets it, in which order, and with which token. `looks.test.ts` has transactions. */
import { isAllowed, refusalOf } from '../../../src/protocol/lock/apply';
import { lockDocumentOf } from '../../../src/protocol/lock/document';
import { standingIn } from '../../../src/protocol/lock/answer';
import {
  type Lock,
  hasToBeSeen,
  isIdle,
  mostClaimants,
  tombstoneMs,
  unseeing,
} from '../../../src/protocol/lock/state';
import {
  after,
  free,
  glance,
  held,
  lease,
  release,
  shared,
  standing,
  start,
  tick,
  tokenOf,
  transaction,
  wakesAfter,
} from './locks';

const a = lease('a');
const b = lease('b');

describe('who gets it', () => {
  test('whoever comes to a free lock has it', () => {
    expect(glance(after(free, [a]))).toBe('a | ');
  });

  test('who comes while it is held waits, first come first served', () => {
    const lock = after(free, [a, b, lease('c')]);
    expect(glance(lock)).toBe('a | b c');
    expect(glance(after(lock, [release('a', start)]))).toBe('b | c');
  });

  test('readers have it together', () => {
    expect(glance(after(free, [lease('a', shared), lease('b', shared)]))).toBe('a b | ');
  });

  test('a reader does not overtake a writer that waits', () => {
    const lock = after(free, [lease('a', shared), b, lease('c', shared)]);
    expect(glance(lock)).toBe('a | b c');
    expect(glance(after(lock, [release('a', start)]))).toBe('b | c');
  });

  test('readers that wait get it together, up to the next writer', () => {
    const lock = after(free, [a, lease('b', shared), lease('c', shared), lease('d'), lease('e', shared)]);
    expect(glance(after(lock, [release('a', start)]))).toBe('b c | d e');
  });

  test('those behind one that gives up go on', () => {
    const lock = after(free, [lease('a', shared), lease('b', { until: start + 10 }), lease('c', shared)]);
    expect(wakesAfter(lock)).toBe(10);
    expect(glance(after(lock, [tick], start + 10))).toBe('a c | ');
  });

  test('one whose time was up joins the end of the queue when it asks again', () => {
    const lock = after(free, [a, lease('b', { until: start + 10 }), lease('c')]);
    expect(glance(after(lock, [b], start + 10))).toBe('a | c b');
  });
});

describe('a repeat', () => {
  test('of the holder renews its lease and keeps its token', () => {
    const lock = after(free, [a]);
    const again = after(lock, [a], start + 4000);
    expect(tokenOf(again, 'a')).toBe(tokenOf(lock, 'a'));
    expect(again.holders).toMatchObject([{ expiresAt: start + 14_000 }]);
  });

  test('that arrives late never makes a lease shorter than its holder was answered', () => {
    const lock = after(free, [lease('a', { sentAt: 2, ttlMs: 60_000 })]);
    const again = after(lock, [lease('a', { sentAt: 1, ttlMs: 1000 })], start + 5);
    expect(again.holders).toMatchObject([{ expiresAt: start + 60_005 }]);
  });

  test('of one that waits keeps its place', () => {
    expect(glance(after(free, [a, b, lease('c'), b]))).toBe('a | b c');
  });

  test('in the other mode is refused: there is no upgrade', () => {
    const lock = after(free, [lease('a', shared), b]);
    expect(refusalOf(lock, a, start)).toBe('otherMode');
    expect(refusalOf(lock, lease('b', shared), start)).toBe('otherMode');
    expect(after(lock, [a])).toEqual(lock);
  });

  test("under somebody else's name is refused", () => {
    const lock = after(free, [a]);
    expect(refusalOf(lock, lease('a', { by: 'bob' }), start)).toBe('taken');
    expect(refusalOf(lock, transaction('a'), start)).toBe('taken');
  });
});

test('more than may wait are turned away, but nobody that waits already', () => {
  const waiters = after(free, [a, b]).waiters.flatMap(each =>
    Array.from({ length: mostClaimants - 1 }, (_, at) => ({ ...each, holder: `w${String(at)}` })),
  );
  const lock: Lock = { ...after(free, [a]), waiters };
  expect(refusalOf(lock, b, start)).toBe('full');
  expect(refusalOf(lock, lease('w1'), start)).toBeUndefined();
});

describe('a release', () => {
  test('of one that waits takes it out of the queue', () => {
    expect(glance(after(free, [a, b, release('b', start)]))).toBe('a | ');
  });

  test('of a transaction refuses whatever it asked for, also what arrives first afterwards', () => {
    const lock = after(free, [release('t')]);
    expect(refusalOf(lock, transaction('t', { sentAt: start + 5000 }), start)).toBe('late');
    expect(refusalOf(lock, transaction('t'), start + tombstoneMs)).toBeUndefined();
  });

  test('of a lease refuses what was sent before it, and nothing newer', () => {
    const lock = after(free, [a, release('a', start + 5)]);
    expect(refusalOf(lock, lease('a', { sentAt: start + 5 }), start)).toBe('late');
    expect(refusalOf(lock, lease('a', { sentAt: start + 6 }), start)).toBeUndefined();
  });

  test('without a time counts for a lease from when it arrives', () => {
    const lock = after(free, [a, release('a')]);
    expect(refusalOf(lock, a, start)).toBe('late');
    expect(refusalOf(lock, lease('a', { sentAt: start + 1 }), start)).toBeUndefined();
  });

  test('that was sent before a newer lease takes nothing away', () => {
    const lock = after(free, [lease('a', { sentAt: 3 }), release('a', 2)]);
    expect(glance(lock)).toBe('a | ');
  });

  test('that arrives after a newer one does not let in what the newer one refuses', () => {
    const lock = after(free, [a, release('a', start + 4), release('a', start + 2)]);
    expect(refusalOf(lock, lease('a', { sentAt: start + 3 }), start)).toBe('late');
    const ofAll = after(free, [release('t'), release('t', 1)]);
    expect(refusalOf(ofAll, transaction('t'), start)).toBe('late');
  });

  test('on its own behalf is allowed for its own lease only', () => {
    const own = { type: 'release', holder: 'a', ownOf: 'alice' } as const;
    expect(isAllowed(after(free, [a]), own)).toBe(true);
    expect(isAllowed(after(free, [a]), { ...own, ownOf: 'bob' })).toBe(false);
    expect(isAllowed(held('a'), own)).toBe(false);
    expect(isAllowed(held('a'), { type: 'release', holder: 'a' })).toBe(true);
  });
});

describe('a lease', () => {
  test('ends with its time, and the next one has the lock', () => {
    const lock = after(free, [a, b]);
    expect(wakesAfter(lock)).toBe(10_000);
    expect(glance(after(lock, [tick], start + 9999))).toBe('a | b');
    expect(glance(after(lock, [tick], start + 10_000))).toBe('b | ');
    expect(standing(after(lock, [tick], start + 10_000), 'a')).toBeUndefined();
  });

  test('that ended is granted anew, with a new token', () => {
    const lock = after(free, [a]);
    const again = after(lock, [a], start + 10_000);
    expect(tokenOf(again, 'a')).toBeGreaterThan(tokenOf(lock, 'a') ?? Infinity);
  });
});

describe('a lease that was waited for', () => {
  const asks = (more = {}): ReturnType<typeof lease> => lease('b', { seenWithinMs: 2000, ...more });
  const granted = after(after(free, [a, asks(), lease('c')]), [release('a', start)]);
  const token = tokenOf(granted, 'b') ?? 0;

  test("is soon the next one's where nobody has seen the grant", () => {
    expect(glance(granted)).toBe('b | c');
    expect(standingIn(granted, 'b')).toMatchObject({ expiresAt: start + 2000, toBeSeen: true });
    expect(wakesAfter(granted)).toBe(2000);
    expect(glance(after(granted, [tick], start + 2000))).toBe('c | ');
  });

  test('lasts from when it was seen, with the token that it has', () => {
    const seen = after(granted, [asks({ sees: token })], start + 1999);
    expect(standingIn(seen, 'b')).toEqual({ is: 'granted', fencingToken: token, expiresAt: start + 11_999 });
    expect(glance(after(seen, [tick], start + 11_998))).toBe('b | c');
  });

  test('is not made longer by a copy of what was asked before, or of what was seen of another grant', () => {
    for (const each of [asks(), asks({ sees: token - 1 })])
      expect(after(granted, [each], start + 5).holders).toEqual(granted.holders);
  });

  test('lasts its whole time at once where whoever asks cannot say that it has seen it', () => {
    const lock = after(after(free, [a, b]), [release('a', start)]);
    expect(standingIn(lock, 'b')).toEqual({
      ...{ is: 'granted', fencingToken: tokenOf(lock, 'b') },
      expiresAt: start + 10_000,
    });
    expect(after(granted, [b], start + 5).holders).toMatchObject([{ expiresAt: start + 10_005 }]);
  });

  test('lasts no longer than was asked for', () => {
    const lock = after(after(free, [a, asks({ ttlMs: 500 })]), [release('a', start)]);
    expect(lock.holders).toMatchObject([{ expiresAt: start + 500 }]);
  });

  test('is as it was in histories of before there was such a thing', () => {
    const lock = after(unseeing(after(free, [a, asks()])), [release('a', start)]);
    expect(lock.holders).toMatchObject([{ holder: 'b', expiresAt: start + 10_000 }]);
    expect(hasToBeSeen(lock)).toBe(false);
  });
});

describe('fencing tokens', () => {
  const next = (lock: Lock, now: number): number | undefined => {
    const holder = lock.holders[0]?.holder ?? '';
    return tokenOf(after(lock, [release(holder, start), lease('next', { until: Infinity })], now), 'next');
  };

  test('are those of the clock, in thousandths of a millisecond', () => {
    expect(tokenOf(after(free, [a]), 'a')).toBe(start * 1000);
    expect(next(after(free, [a]), start + 1)).toBe((start + 1) * 1000);
  });

  test('rise by one while the clock stands still, or is set back', () => {
    expect(next(after(free, [a]), start)).toBe(start * 1000 + 1);
    expect(next(after(free, [a]), start - 3_600_000)).toBe(start * 1000 + 1);
  });

  test('of a lock restored from a backup pass those of the hour that was lost', () => {
    const backup = after(free, [a]);
    const lost = next(backup, start + 3_599_999);
    expect(next(backup, start + 3_600_000)).toBeGreaterThan(lost ?? Infinity);
  });

  test('go on rising after it closed: it stays until the clock has passed the last one', () => {
    const lock = { ...free, lastToken: (start + 5) * 1000 };
    expect(isIdle(lock, start + 5)).toBe(false);
    expect(wakesAfter(lock)).toBe(6);
    expect(isIdle(lock, start + 6)).toBe(true);
    expect(wakesAfter(lock, start + 6)).toBeUndefined();
  });
});

test('a lock that is held, awaited or remembers a release is not idle', () => {
  expect(isIdle(after(free, [a]), start + 1)).toBe(false);
  const released = after(free, [a, release('a', start)]);
  expect(isIdle(released, start + 1)).toBe(false);
  expect(wakesAfter(released)).toBe(tombstoneMs);
  expect(isIdle(after(released, [tick], start + tombstoneMs), start + tombstoneMs)).toBe(true);
});

test('reads as its holders, and those that wait in their order', () => {
  expect(lockDocumentOf(after(free, [a, b, transaction('t')]))).toMatchObject({
    resource: 'stock/1',
    lastFencingToken: start * 1000,
    holders: [{ holder: 'a', kind: 'lease', mode: 'exclusive', expiresAt: '1970-01-01T00:16:50.000Z' }],
    waiters: [
      { position: 1, holder: 'b', kind: 'lease' },
      { position: 2, holder: 't', kind: 'transaction', until: '1970-01-01T00:17:40.000Z' },
    ],
  });
  expect(lockDocumentOf(free)).toEqual({ resource: 'stock/1', holders: [], waiters: [] });
});
