/** Owns how long a transaction holds its locks and how it gives them back, as sentences: also resolved, late or taken up again. */
import { leftUnbegun } from '../../src/coordinator/transaction/unbegun';
import { type Event, type LocksEnding } from '../../src/protocol/transaction/events';
import { begin } from '../../src/protocol/transaction/apply';
import { heldLocks } from '../../src/protocol/transaction/locking';
import { resume } from '../../src/protocol/transaction/resume';
import { type Transaction } from '../../src/protocol/transaction/state';
import { readStored, store } from '../../src/protocol/transaction/stored';
import {
  a,
  abort,
  aborted,
  answered,
  committing,
  feed,
  granted,
  holding,
  locks,
  lockStates,
  release,
  released,
  votes,
  waiting,
  waitsFor,
  wanting,
} from './locked';
import { accepted, after, begun, came, decideBy, keys, quietAt, seen } from './transactions';

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
    expect(release(aborted(from()))).toEqual(told);
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
    const t = resumed(aborted(wanting()));
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
    const ended = aborted(waiting());
    expect(release(resumed(ended))).toEqual(['a', 'b']);
    expect(keys(resumed(released(ended)))).toEqual([]);
  });

  test('before a worker had begun it, nobody was asked and nobody is told', () => {
    const input = { version: 3, accepted: accepted(['p1'], { locks }) } as const;
    const { stored, progress } = leftUnbegun('tx', input, { at: 0, wasGivenOut: true });
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
    ['released', () => released(aborted(waiting()))],
  ])('as version 2 and read again while %s', (_, from) => {
    const stored = store(from());
    expect(stored.version).toBe(2);
    expect(readStored(JSON.parse(JSON.stringify(stored)))).toEqual(from());
  });

  test('as a version that nobody knows yet, it is refused', () => {
    expect(() => readStored({ ...store(waiting()), version: 4 })).toThrow('not 4: run a newer worker');
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
