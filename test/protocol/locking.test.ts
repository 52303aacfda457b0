/** Owns how a transaction comes by its locks, holds them and gives them back, as sentences; the explorer has every interleaving. */
import { leftUnbegun } from '../../src/coordinator/unbegun';
import { type Event, type LocksEnding } from '../../src/protocol/transaction/events';
import { apply, begin } from '../../src/protocol/transaction/apply';
import { heldLocks } from '../../src/protocol/transaction/locking';
import { judge } from '../../src/protocol/transaction/operator';
import { resume } from '../../src/protocol/transaction/resume';
import { type LockTerms, type Transaction } from '../../src/protocol/transaction/state';
import { readStored, store } from '../../src/protocol/transaction/stored';
import { wanted } from '../../src/protocol/transaction/wanted';
import { type LockRequest } from '../../src/protocol/wire/locks';
import { accepted, after, begun, came, decideBy, glance, keys, quietAt, seen } from './transactions';

const by = 10_000;
const a: LockRequest = { resource: 'a', mode: 'exclusive' };
const b: LockRequest = { resource: 'b', mode: 'shared' };
const c: LockRequest = { resource: 'c', mode: 'exclusive' };
const tokens: Readonly<Record<string, number>> = { a: 7, b: 8, c: 9 };
const fenced = (lock: LockRequest) => ({ ...lock, fencingToken: tokens[lock.resource] ?? 0 });

const locks: LockTerms = { asked: [a, b, c], by };
const wanting = (): Transaction => begun({ locks });

const feed = (t: Transaction, event: Event, now = 1000): Transaction => apply(t, event, now);

interface Answer {
  readonly held?: readonly LockRequest[];
  readonly ending: LocksEnding;
  readonly repeated?: true;
}

/** The open call ends so. */
function answered(t: Transaction, { held = [], ...rest }: Answer, now = 1000): Transaction {
  const nth = t.locking?.call?.nth ?? -1;
  return feed(t, { type: 'locksAnswered', nth, held: held.map(fenced), ...rest }, now);
}

const waitsFor = ({ resource }: LockRequest): LocksEnding => ({
  is: 'waits',
  resource,
  heldBy: ['other'],
  ahead: 2,
});
const granted = ({ resource }: LockRequest, fencingToken = tokens[resource] ?? 0): Event => ({
  type: 'lockGranted',
  resource,
  fencingToken,
});

/** `a` is held, `b` is waited for. */
const waiting = (): Transaction => answered(wanting(), { held: [a], ending: waitsFor(b) });
const holding = (now = 1000): Transaction =>
  answered(wanting(), { held: [a, b, c], ending: { is: 'all' } }, now);
const votes = { p1: came.yes, p2: came.yes };
const committing = (): Transaction => after(holding(), 'prepare', votes);
const lockStates = (t: Transaction): readonly string[] =>
  (seen(t).locks ?? []).map(({ resource, state }) => `${resource} ${state}`);
const release = (t: Transaction): readonly string[] =>
  wanted(t).flatMap(each => (each.do === 'releaseLocks' ? each.resources : []));
const released = (t: Transaction): Transaction => feed(t, { type: 'locksReleased' });
const abort = { type: 'abort', by: 'ann' } as const;
const abortable = (t: Transaction): Transaction => feed(t, abort, 2000);

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
    expect(release(abortable(answered(t, { ending: waitsFor(b) })))).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['the decision to roll back', abortable],
    ['the end', (t: Transaction) => released(abortable(t))],
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
    const t = abortable(waiting());
    expect(glance(t)).toBe('rolledback (rolledback): p1 waiting, p2 waiting');
    expect(seen(t)).toMatchObject({ reason: { code: 'aborted' }, endedAt: '1970-01-01T00:00:02.000Z' });
    expect(lockStates(t)).toEqual(['a held', 'b notHeld', 'c notHeld']);
  });

  test('is reported at once, and its end waits for the call that is open', () => {
    const t = abortable(wanting());
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
    const t = answered(abortable(wanting()), answer, 3000);
    expect(keys(t)).toEqual(['release locks']);
    expect(seen(t).reason?.code).toBe('aborted');
  });

  test('may be repeated, also after the end', () => {
    expect(judge(abortable(waiting()), abort)).toEqual({ is: 'repeat' });
  });
});

test('resolve conflicts while acquiring, and retryNow changes nothing', () => {
  const resolve = { type: 'resolve', by: 'ann', reason: '', participant: 'p1', outcome: 'unknown' } as const;
  expect(judge(waiting(), resolve)).toMatchObject({ is: 'conflict' });
  expect(keys(feed(waiting(), { type: 'retryNow', by: 'ann' }))).toEqual(keys(waiting()));
});

describe('releasing', () => {
  const lost = (ending: LocksEnding): Transaction => answered(wanting(), { ending, repeated: true });
  const done = (): Transaction => after(committing(), 'commit', { p1: came.done, p2: came.done }, 2000);

  test('begins when the transaction has ended, not with the decision', () => {
    expect(keys(committing())).toEqual(['commit round']);
    expect(lockStates(committing())).toEqual(['a held', 'b held', 'c held']);
    expect(release(done())).toEqual(['a', 'b', 'c']);
    expect(seen(done())).toMatchObject({ state: 'committed', endedAt: '1970-01-01T00:00:02.000Z' });
  });

  test('is over when all have been told', () => {
    expect(keys(released(done()))).toEqual([]);
    expect(lockStates(released(done()))).toEqual(['a released', 'b released', 'c released']);
  });

  test.each<[string, () => Transaction, readonly string[]]>([
    ['those before the one that is waited for, and it', waiting, ['a', 'b']],
    ['all, where a lost attempt may have asked more', () => lost(waitsFor(a)), ['a', 'b', 'c']],
  ])('tells %s', (_, from, told) => {
    expect(release(abortable(from()))).toEqual(told);
  });

  test('tells all where a lost attempt may have asked more than the one that refused', () => {
    expect(release(lost({ is: 'refused', resource: 'a', why: '' }))).toEqual(['a', 'b', 'c']);
  });

  test('comes after a refused prepare and its rollback', () => {
    const refused = after(holding(), 'prepare', { p1: came.yes, p2: came.no });
    expect(keys(refused)).toEqual(['rollback round']);
    expect(release(after(refused, 'rollback', { p1: came.done, p2: came.done }))).toEqual(['a', 'b', 'c']);
  });

  test('comes after an operator has settled the last one', () => {
    const stuck = after(committing(), 'commit', { p1: came.done, p2: came.silent });
    const resolve = {
      type: 'resolve',
      by: 'ann',
      reason: '',
      participant: 'p2',
      outcome: 'committed',
    } as const;
    const forced = feed(stuck, resolve);
    expect(keys(forced)).toEqual([]);
    expect(keys(after(forced, 'commit', { p2: came.cutOff }))).toEqual(['release locks']);
  });

  test('waits for the late rollback of a loose participant, though rolledback is reported', () => {
    const loose = after(holding(), 'prepare', { p1: came.no, p2: came.silent });
    const told = after(loose, 'rollback', { p1: came.done, p2: came.done });
    expect(seen(told)).toMatchObject({ status: 'rolledback', state: 'rollingBack' });
    expect(lockStates(told)).toEqual(['a held', 'b held', 'c held']);
    expect(keys(told)).toEqual(['quiet']);
    const late = feed(told, { type: 'quiet' }, quietAt);
    expect(release(late)).toEqual([]);
    expect(release(after(late, 'rollback', { p2: came.done }, quietAt))).toEqual(['a', 'b', 'c']);
  });

  test('is none where nobody was reached', () => {
    const left = begin('tx', accepted(['p1'], { locks }));
    const unasked = { ...left, locking: { calls: 0, held: [], reached: 0, released: false } };
    expect(keys(feed(unasked, abort))).toEqual([]);
  });

  test('before the end is refused by its number', () => {
    expect(() => released(committing())).toThrow('I12');
  });
});

describe('taken up again', () => {
  const resumed = (t: Transaction): Transaction => resume(t, { at: 5000, from: 'a-run', why: 'terminated' });

  test('from acquiring, it rolls back, and all that may have been asked are told', () => {
    const t = resumed(wanting());
    const detail = 'by recovery: the run was terminated while acquiring locks';
    expect(seen(t)).toMatchObject({ state: 'rolledback', reason: { code: 'aborted', detail } });
    expect(release(t)).toEqual(['a', 'b', 'c']);
  });

  test('from waiting, those are told that were asked', () => {
    expect(release(resumed(waiting()))).toEqual(['a', 'b']);
  });

  test('from an abort whose call was open, it ends and all are told', () => {
    const t = resumed(abortable(wanting()));
    expect(seen(t).state).toBe('rolledback');
    expect(release(t)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['preparing', holding, ['rollback round', 'quiet']],
    ['committing', committing, ['commit p1 #3', 'commit p2 #3']],
  ])('from %s, it goes on with the locks that it holds', (_, from, wants) => {
    const t = resumed(from());
    expect(keys(t)).toEqual(wants);
    expect(heldLocks(t)).toEqual(heldLocks(from()));
    expect(lockStates(t)).toEqual(['a held', 'b held', 'c held']);
  });

  test('from the end, it goes on to release', () => {
    const ended = abortable(waiting());
    expect(release(resumed(ended))).toEqual(['a', 'b']);
    expect(keys(resumed(released(ended)))).toEqual([]);
  });

  test('before a worker had begun it, nobody was asked and nobody is told', () => {
    const input = { version: 3, accepted: accepted(['p1'], { locks }) } as const;
    const { stored, progress } = leftUnbegun('tx', input, 0);
    expect(progress).toMatchObject({ state: 'acquiringLocks', participants: [{ state: 'waiting' }] });
    const t = resumed(readStored(stored));
    expect(seen(t).state).toBe('rolledback');
    expect(keys(t)).toEqual([]);
  });
});

describe('stored', () => {
  test.each([
    ['acquiring', wanting],
    ['waiting', waiting],
    ['committing', committing],
    ['released', () => released(abortable(waiting()))],
  ])('as version 2 and read again while %s', (_, from) => {
    const stored = store(from());
    expect(stored.version).toBe(2);
    expect(readStored(JSON.parse(JSON.stringify(stored)))).toEqual(from());
  });

  test('as a version that nobody knows yet, it is refused', () => {
    expect(() => readStored({ ...store(waiting()), version: 3 })).toThrow('not 3: run a newer worker');
  });
});

describe('without locks', () => {
  test('a transaction is as it always was', () => {
    const t = begun();
    expect(keys(t)).toEqual(['prepare round']);
    expect(t).not.toHaveProperty('locking');
    expect(seen(t)).not.toHaveProperty('locks');
    expect(heldLocks(t)).toEqual([]);
    expect(store(t).version).toBe(1);
    expect(keys(after(after(t, 'prepare', votes), 'commit', { p1: came.done, p2: came.done }))).toEqual([]);
  });

  test.each<Event>([granted(a), { type: 'locksOverdue' }])('$type changes nothing', event => {
    expect(feed(begun(), event, decideBy)).toEqual(begun());
  });
});

test('who is asked before all locks are held is refused by the number', () => {
  const tampered = { ...holding(), locking: { calls: 1, held: [], reached: 3, released: false } };
  expect(() => after(tampered, 'prepare', votes)).toThrow('I12');
});
