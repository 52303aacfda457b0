/** Owns how a lock deals with transactions, as sentences: it looks before a grant, and while they hold it. */
import { isBeingLookedAt, standingIn } from '../../../src/protocol/lock/answer';
import { lockDocumentOf } from '../../../src/protocol/lock/document';
import { type Looked } from '../../../src/protocol/lock/events';
import { mostTombstones } from '../../../src/protocol/lock/state';
import {
  after,
  free,
  glance,
  held,
  lease,
  looked,
  release,
  shared,
  standing,
  start,
  tick,
  told,
  transaction,
  wakesAfter,
  work,
} from './locks';

const looksAgainAfterMs = 15_000;

describe('before a grant', () => {
  test('a transaction is looked at, and answered after that', () => {
    const lock = after(free, [transaction('t')]);
    expect(work(lock)).toEqual(['look at t']);
    expect(isBeingLookedAt(lock, 't')).toBe(true);
    const granted = after(lock, [looked('t', 'running')]);
    expect(standing(granted, 't')).toBe('granted');
    expect(work(granted)).toEqual([]);
  });

  test.each(['ended', 'interrupted', 'unknown'] as const)('one that is %s gets nothing, ever', saw => {
    const lock = after(free, [transaction('t'), looked('t', saw), transaction('t')]);
    expect(glance(lock)).toBe(' | ');
  });

  test('one that cannot be read waits, is looked at again, and then told', () => {
    const lock = after(free, [transaction('t'), looked('t', 'unread')]);
    expect(isBeingLookedAt(lock, 't')).toBe(false);
    expect([work(lock), wakesAfter(lock)]).toEqual([[], 1000]);
    expect(work(lock, start + 1000)).toEqual(['look at t']);
    expect(work(after(lock, [looked('t', 'running')], start + 1000))).toEqual(['tell t']);
  });

  test('those that wait are not looked at until it is their turn', () => {
    const lock = after(held('s'), [transaction('t')]);
    expect(work(lock)).toEqual([]);
    expect(standingIn(lock, 't')).toEqual({ is: 'waits', heldBy: ['s'], ahead: 0 });
    expect(work(after(lock, [release('s')]))).toEqual(['look at t']);
  });

  test('all whose turn it is are looked at together', () => {
    const lock = after(held('s'), [transaction('t', shared), transaction('u', shared), release('s')]);
    expect(work(lock)).toEqual(['look at t, u']);
  });

  test('nobody overtakes one that cannot be read', () => {
    const lock = after(free, [transaction('t', shared), lease('a', shared), looked('t', 'unread')]);
    expect(glance(lock)).toBe(' | t a');
    expect(glance(after(lock, [looked('t', 'running')]))).toBe('t a | ');
  });
});

describe('one whose acquire says that it ran a moment ago', () => {
  const sureForMs = 15_000;
  const ran = (at: number, more = {}): ReturnType<typeof transaction> =>
    transaction('t', { ranAt: at, ...more });

  test('is granted without a look', () => {
    const lock = after(free, [ran(start)]);
    expect([standing(lock, 't'), work(lock)]).toEqual(['granted', []]);
  });

  test('is told without a look when its turn has come', () => {
    expect(work(after(held('s'), [ran(start), release('s')]))).toEqual(['tell t']);
  });

  test.each([
    ['just not too long ago', start - sureForMs, []],
    ['too long ago', start - sureForMs - 1, ['look at t']],
    ['by a clock that is far ahead', start + sureForMs + 1, ['look at t']],
  ])('is believed as far as its release would be remembered: %s', (_, at, wanted) => {
    expect(work(after(free, [ran(at)]))).toEqual(wanted);
  });

  test('is looked at where it has waited for too long, unless it has asked again', () => {
    const lock = after(held('s'), [ran(start)]);
    const later = start + sureForMs + 1;
    expect(work(after(lock, [release('s')], later), later)).toEqual(['look at t']);
    const again = [ran(start + 5), ran(start + 4), release('s')];
    expect(work(after(lock, again, later), later)).toEqual(['tell t']);
  });

  test('is looked at where more have released than a lock remembers', () => {
    const [grave] = after(free, [release('x')]).tombstones;
    if (grave === undefined) throw new Error('it remembers nobody');
    const graves = Array.from({ length: mostTombstones }, (_x, at) => ({
      ...grave,
      holder: `g${String(at)}`,
    }));
    expect(work(after({ ...free, tombstones: graves }, [ran(start)]))).toEqual(['look at t']);
    expect(work(after({ ...free, tombstones: graves.slice(1) }, [ran(start)]))).toEqual([]);
  });

  test('stays to be looked at where the clock is set back, until it asks again', () => {
    const later = start + sureForMs + 1;
    const lock = after(free, [ran(start)], later);
    expect(work(lock)).toEqual(['look at t']);
    expect(work(after(lock, [ran(start)]))).toEqual([]);
  });

  test('gets nothing where its release is remembered', () => {
    expect(glance(after(free, [release('t'), ran(start)]))).toBe(' | ');
  });

  test('waits behind one that cannot be read, and is told', () => {
    const lock = after(free, [transaction('s', shared), ran(start, shared)]);
    expect([work(lock), standing(lock, 't')]).toEqual([['look at s'], 'waits']);
    expect(work(after(lock, [looked('s', 'running')]))).toEqual(['tell t']);
  });
});

describe('a grant after waiting', () => {
  const lock = after(held('s'), [transaction('t'), release('s'), looked('t', 'running')]);

  test('is told, until that is known', () => {
    expect(work(lock)).toEqual(['tell t']);
    expect(work(after(lock, [told('t', true)]))).toEqual([]);
  });

  test('that reached nobody has its transaction looked at now', () => {
    expect(work(after(lock, [told('t', false)]))).toEqual(['look at t']);
  });

  test('of a lease is not told: it asks', () => {
    expect(work(after(held('s'), [lease('a'), release('s')]))).toEqual([]);
  });
});

describe('while it holds', () => {
  const later = start + looksAgainAfterMs;
  const afterLook = (saw: Looked['saw']) => after(held('t'), [looked('t', saw)], later);

  test('a transaction is looked at now and then, ever more seldom', () => {
    expect([work(held('t')), wakesAfter(held('t'))]).toEqual([[], looksAgainAfterMs]);
    expect(work(held('t'), later)).toEqual(['look at t']);
    expect(wakesAfter(afterLook('running'), later)).toBe(2 * looksAgainAfterMs);
  });

  test('one that has ended gives the lock back, though its release was lost', () => {
    expect(glance(afterLook('ended'))).toBe(' | ');
  });

  test.each(['interrupted', 'unknown'] as const)('one that is %s keeps it, and that can be read', saw => {
    expect(glance(afterLook(saw))).toBe('t | ');
    expect(lockDocumentOf(afterLook(saw)).holders).toMatchObject([{ transaction: saw }]);
    expect(wakesAfter(afterLook(saw), later)).toBe(looksAgainAfterMs);
  });

  test('a look that brings nothing changes nothing but the time of the next', () => {
    expect(lockDocumentOf(afterLook('unread'))).toEqual(lockDocumentOf(held('t')));
    expect(work(afterLook('unread'), later)).toEqual([]);
  });

  test('a look at somebody that is gone changes nothing', () => {
    const lock = after(held('t'), [release('t')]);
    expect(after(lock, [looked('t', 'running'), told('t', false), tick])).toEqual(lock);
  });
});
