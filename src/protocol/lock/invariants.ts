/** Owns what must hold over every step of a lock (I12). It says what must hold, not how it is brought about. */
import { type Ms } from '../wire/phases';
import { type Holder, type Lock, grantablePrefix, needsLook } from './state';

export type LockInvariantName = 'exclusion' | 'order' | 'tokens' | 'once' | 'wakeUp';

export class BrokenLock extends Error {
  override readonly name = 'BrokenLock';
  constructor(
    readonly invariant: LockInvariantName,
    what: string,
  ) {
    super(`${invariant} of a lock broken: ${what}`);
  }
}

function must(invariant: LockInvariantName, holds: boolean, what: string): void {
  if (!holds) throw new BrokenLock(invariant, what);
}

export function assertLock(before: Lock, after: Lock, now: Ms): void {
  const { holders, waiters } = after;
  const exclusive = holders.some(each => each.mode === 'exclusive');
  must('exclusion', !exclusive || holders.length === 1, 'an exclusive holder is not alone');
  const names = [...holders, ...waiters].map(each => each.holder);
  must('once', new Set(names).size === names.length, 'somebody holds or waits twice');
  assertTokens(before, after);
  assertOrder(before, after);
  const stuck = grantablePrefix(after)[0];
  must(
    'wakeUp',
    stuck === undefined || needsLook(after, stuck, now),
    'the first that waits could be granted and is not',
  );
}

function assertTokens(before: Lock, after: Lock): void {
  const fresh = granted(before, after).map(each => each.fencingToken);
  const rising = [before.lastToken, ...fresh].every(
    (token, at, all) => at === 0 || token > (all[at - 1] ?? 0),
  );
  must('tokens', rising, 'a fencing token is not greater than the one before');
  must(
    'tokens',
    after.lastToken === (fresh.at(-1) ?? before.lastToken),
    'the last token is not the last one given',
  );
  must('tokens', Number.isSafeInteger(after.lastToken), 'a fencing token is no integer below 2^53');
  const kept = before.holders.every(old =>
    after.holders.every(each => each.holder !== old.holder || each.fencingToken >= old.fencingToken),
  );
  must('tokens', kept, 'a holder has an older token than before');
}

function granted(before: Lock, after: Lock): readonly Holder[] {
  const had = new Map(before.holders.map(each => [each.holder, each.fencingToken]));
  return after.holders.filter(each => had.get(each.holder) !== each.fencingToken);
}

/** Who waited keeps its place, and whoever is still there was overtaken by nobody. */
function assertOrder(before: Lock, after: Lock): void {
  const place = new Map(before.waiters.map((each, at) => [each.holder, at]));
  const placeOf = (holder: string): number => place.get(holder) ?? Infinity;
  const left = after.waiters.map(each => placeOf(each.holder));
  must(
    'order',
    left.every((at, i) => i === 0 || at >= (left[i - 1] ?? 0)),
    'waiters changed places',
  );
  const first = left[0] ?? Infinity;
  const overtaken = granted(before, after).some(each => placeOf(each.holder) > first);
  must('order', !overtaken, 'somebody was granted before one that came earlier');
}
