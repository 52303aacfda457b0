/** Owns what becomes of a transaction whose run was terminated, as sentences; the explorer has every interleaving. */
import { apply } from '../../src/protocol/transaction/apply';
import { resume } from '../../src/protocol/transaction/resume';
import { type Transaction } from '../../src/protocol/transaction/state';
import { after, begun, came, committing, glance, keys, named, quietAt, refused, seen } from './transactions';

const resumed = (t: Transaction, at = 5000): Transaction =>
  resume(t, { at, from: 'a-run', why: 'terminated' });

test('one that was preparing rolls back, and whoever was being asked is loose', () => {
  const t = resumed(after(begun(), 'prepare', { p1: came.yes }));
  expect(seen(t)).toMatchObject({
    decision: 'rollback',
    reason: { code: 'aborted', detail: 'by recovery: the run was terminated while preparing' },
  });
  expect(keys(t)).toEqual(['rollback round', 'quiet']);
  const told = after(t, 'rollback', { p1: came.done, p2: came.done });
  expect(glance(told)).toBe('rollingBack (rolledback): p1 rolledback, p2 rolledback');
  const quiet = apply(told, { type: 'quiet' }, quietAt);
  expect(keys(quiet)).toEqual(['rollback p2 #3']);
});

test('a decision is kept, and who acknowledged is told nothing again', () => {
  const lost = after(committing(), 'commit', { p1: came.done, p2: came.silent });
  const t = resumed(lost);
  expect(seen(t)).toMatchObject({ decision: 'commit', decidedAt: seen(lost).decidedAt });
  expect(keys(t)).toEqual(['commit p2 #4']);
});

test('a refusal stays the reason', () => {
  const t = resumed(refused());
  expect(seen(t).reason).toEqual(seen(refused()).reason);
  expect(keys(t)).toEqual(['rollback p1 #3', 'rollback p2 #3']);
});

test('attention stays raised, and its call is without an end', () => {
  const stuck = after(after(committing(), 'commit', { p1: came.done, p2: came.silent }), 'commit', {
    p2: came.spent,
  });
  const t = resumed(stuck);
  expect(seen(t).needsAttention).toBe(true);
  expect(named(t, 'p2').call).toMatchObject({ endless: true, sentBefore: 0 });
});

test('the answer to a call of the run before changes nothing', () => {
  const before = committing();
  const t = resumed(before);
  const stale = { participant: 'p1', nth: named(before, 'p1').call?.nth ?? 0, requests: 1, ...came.done };
  expect(apply(t, { type: 'callsEnded', phase: 'commit', endings: [stale] }, 6000)).toEqual(t);
});

test('how often it was taken up again is kept, the newest only, and nothing grows without bound', () => {
  let t = committing();
  for (let nth = 1; nth <= 30; nth += 1) t = resumed(t, nth);
  expect(t.recoveries).toHaveLength(20);
  expect(t.recoveries?.at(-1)).toEqual({ at: 30, from: 'a-run', why: 'terminated' });
});
