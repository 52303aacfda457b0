/** Owns how a transaction comes by its locks, as sentences; `lockRelease.test.ts` has how it gives them back. */
import { heldLocks } from '../../src/protocol/transaction/locking';
import { judge } from '../../src/protocol/transaction/operator';
import { type Transaction } from '../../src/protocol/transaction/state';
import { wanted } from '../../src/protocol/transaction/wanted';
import {
  a,
  abort,
  aborted,
  type Answer,
  answered,
  b,
  by,
  c,
  feed,
  fenced,
  granted,
  holding,
  lockStates,
  release,
  released,
  waiting,
  waitsFor,
  wanting,
} from './locked';
import { glance, keys, seen } from './transactions';

describe('acquiring', () => {
  test('asks for all in one call, in the order in which everybody asks, and asks nobody for a vote', () => {
    expect(wanted(wanting())).toEqual([
      { do: 'acquireLocks', key: 'acquire locks #1', nth: 1, locks: [a, b, c], by },
    ]);
    expect(glance(wanting())).toBe('acquiringLocks (pending): p1 waiting, p2 waiting');
    expect(lockStates(wanting())).toEqual(['a wanted', 'b wanted', 'c wanted']);
  });

  test('leads to the prepares when the call brings all', () => {
    expect(keys(holding())).toEqual(['prepare round']);
    expect(glance(holding())).toBe('preparing (pending): p1 preparing, p2 preparing');
    expect(heldLocks(holding())).toMatchObject([a, b, c].map(fenced));
  });

  test('waits for the one whose turn it is, and shows who has it', () => {
    expect(wanted(waiting())).toEqual([{ do: 'awaitLocks', key: 'locks overdue', until: by }]);
    expect(seen(waiting()).locks).toEqual([
      { ...a, state: 'held', fencingToken: 7, grantedAt: '1970-01-01T00:00:01.000Z' },
      { ...b, state: 'waiting', since: '1970-01-01T00:00:01.000Z', heldBy: ['other'], ahead: 2 },
      { ...c, state: 'wanted' },
    ]);
  });

  test('goes on with the rest when that one is granted', () => {
    const t = feed(waiting(), granted(b), 3000);
    expect(wanted(t)).toMatchObject([{ key: 'acquire locks #2', locks: [c] }]);
    expect(keys(answered(t, { held: [c], ending: { is: 'all' } }, 4000))).toEqual(['prepare round']);
  });

  test('needs no further call when the last one is granted', () => {
    const t = answered(wanting(), { held: [a, b], ending: waitsFor(c) });
    expect(keys(feed(t, granted(c)))).toEqual(['prepare round']);
  });

  test('takes a grant that comes before the answer that it has to be waited for', () => {
    const early = feed(wanting(), granted(b));
    expect(wanted(early)).toMatchObject([{ key: 'acquire locks #1' }]);
    const t = answered(early, { held: [a], ending: waitsFor(b) });
    expect(wanted(t)).toMatchObject([{ key: 'acquire locks #2', locks: [c] }]);
    const last = answered(feed(wanting(), granted(c)), { held: [a, b], ending: waitsFor(c) });
    expect(keys(last)).toEqual(['prepare round']);
  });
});

describe('a grant', () => {
  test('that is told twice changes nothing the second time', () => {
    const once = feed(waiting(), granted(b));
    expect(feed(once, granted(b), 3000)).toEqual(once);
  });

  test('keeps its first token, whatever is said later', () => {
    const t = feed(feed(waiting(), granted(b)), granted(b, 99));
    const all = answered(t, { held: [b, c], ending: { is: 'all' } });
    expect(heldLocks(all).map(each => each.fencingToken)).toEqual([7, 8, 9]);
    expect(heldLocks(feed(all, granted(a, 99)))).toEqual(heldLocks(all));
  });

  test('of a lock that nobody asked for changes nothing', () => {
    expect(feed(waiting(), granted({ resource: 'x', mode: 'shared' }))).toEqual(waiting());
  });

  test('of a later one leaves the one that is waited for, which is asked again, and is given back in the end', () => {
    const t = feed(waiting(), granted(c));
    expect(wanted(t)).toMatchObject([{ locks: [b] }]);
    expect(release(aborted(answered(t, { ending: waitsFor(b) })))).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['the decision to roll back', aborted],
    ['the end', (t: Transaction) => released(aborted(t))],
  ])('after %s changes nothing', (_, end) => {
    expect(feed(end(waiting()), granted(b), 3000)).toEqual(end(waiting()));
  });

  test('and a late answer of an earlier call change nothing together', () => {
    const t = feed(waiting(), granted(b));
    const stale = { type: 'locksAnswered', nth: 1, held: [fenced(c)], ending: { is: 'all' } } as const;
    expect(feed(t, stale)).toEqual(t);
  });
});

describe('a transaction that does not get its locks', () => {
  test.each<[string, () => Transaction, string]>([
    [
      'time is up while it waits',
      () => feed(waiting(), { type: 'locksOverdue' }, by),
      '"b" was held by other when it was asked',
    ],
    [
      'time is up in the call',
      () => answered(wanting(), { held: [a], ending: { is: 'overdue' } }, by),
      '"b" did not answer in time',
    ],
    [
      'the last one comes too late',
      () => feed(answered(wanting(), { held: [a, b], ending: waitsFor(c) }), granted(c), by),
      'the last one came too late',
    ],
    [
      'all come too late',
      () => answered(wanting(), { held: [a, b, c], ending: { is: 'all' } }, by),
      'the last one came too late',
    ],
    [
      'one is refused',
      () =>
        answered(wanting(), { held: [a], ending: { is: 'refused', resource: 'b', why: 'too many wait' } }),
      '"b": too many wait',
    ],
    ['the call is lost', () => answered(wanting(), { ending: { is: 'lost' } }), '"a" did not answer in time'],
  ])('rolls back at once, with nobody asked, when %s', (_, come, detail) => {
    const t = come();
    expect(glance(t)).toBe('rolledback (rolledback): p1 waiting, p2 waiting');
    expect(seen(t)).toMatchObject({ decision: 'rollback', reason: { code: 'lockTimeout', detail } });
    expect(seen(t).endedAt).toBeDefined();
    expect(keys(t)).toEqual(['release locks']);
  });

  test('is not overdue once it has them', () => {
    expect(feed(holding(), { type: 'locksOverdue' }, by)).toEqual(holding());
  });
});

describe('an abort while acquiring', () => {
  test('ends a transaction that waits', () => {
    const t = aborted(waiting());
    expect(glance(t)).toBe('rolledback (rolledback): p1 waiting, p2 waiting');
    expect(seen(t)).toMatchObject({ reason: { code: 'aborted' }, endedAt: '1970-01-01T00:00:02.000Z' });
    expect(lockStates(t)).toEqual(['a held', 'b notHeld', 'c notHeld']);
  });

  test('is reported at once, and its end waits for the call that is open', () => {
    const t = aborted(wanting());
    expect(keys(t)).toEqual([]);
    expect(glance(t)).toBe('rollingBack (rolledback): p1 waiting, p2 waiting');
    expect(seen(t).endedAt).toBeUndefined();
    const cut = answered(t, { ending: { is: 'gaveUp' } }, 3000);
    expect(seen(cut)).toMatchObject({ state: 'rolledback', endedAt: '1970-01-01T00:00:03.000Z' });
    expect(release(cut)).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, Answer]>([
    ['all', { held: [a, b, c], ending: { is: 'all' } }],
    ['waits', { held: [a], ending: waitsFor(b) }],
    ['overdue', { ending: { is: 'overdue' } }],
  ])('asks nobody when the open call ends as %s after it', (_, answer) => {
    const t = answered(aborted(wanting()), answer, 3000);
    expect(keys(t)).toEqual(['release locks']);
    expect(seen(t).reason?.code).toBe('aborted');
  });

  test('may be repeated, also after the end', () => {
    expect(judge(aborted(waiting()), abort)).toEqual({ is: 'repeat' });
  });
});

test('resolve conflicts while acquiring, and retryNow changes nothing', () => {
  const resolve = { type: 'resolve', by: 'ann', reason: '', participant: 'p1', outcome: 'unknown' } as const;
  expect(judge(waiting(), resolve)).toMatchObject({ is: 'conflict' });
  expect(keys(feed(waiting(), { type: 'retryNow', by: 'ann' }))).toEqual(keys(waiting()));
});
