/** Owns what should be under way for a lock now: a pure function of state and time, as for transactions. */
import { type Ms } from '../wire/phases';
import { type Lock, type Waiter, grantablePrefix, isIdle, needsLook } from './state';

export type LockWork =
  /** One at a time; what is due meanwhile follows. */
  | { readonly do: 'look'; readonly key: 'look'; readonly at: readonly string[] }
  | { readonly do: 'tell'; readonly key: string; readonly holder: string; readonly fencingToken: number }
  | { readonly do: 'wake'; readonly key: string; readonly at: Ms };

export function lockWork(lock: Lock, now: Ms): readonly LockWork[] {
  return [...looks(lock, now), ...tells(lock), ...wake(lock, now)];
}

function looks(lock: Lock, now: Ms): LockWork[] {
  const due = (at: Ms | undefined): boolean => at === undefined || at <= now;
  const waiting = looked(lock, now).filter(each => due(each.lookAgainAt));
  const holding = lock.holders.filter(each => each.lookAt !== undefined && due(each.lookAt));
  const at = [...waiting, ...holding].map(each => each.holder);
  return at.length === 0 ? [] : [{ do: 'look', key: 'look', at }];
}

function looked(lock: Lock, now: Ms): readonly Waiter[] {
  return grantablePrefix(lock).filter(each => needsLook(lock, each, now));
}

function tells(lock: Lock): LockWork[] {
  return lock.holders
    .filter(each => each.toBeTold)
    .map(({ holder, fencingToken }) => ({
      do: 'tell',
      key: `tell ${holder} ${fencingToken}`,
      holder,
      fencingToken,
    }));
}

/** The next instant at which time alone changes something. */
function wake(lock: Lock, now: Ms): LockWork[] {
  const at = Math.min(
    ...lock.holders.flatMap(each => [each.expiresAt ?? Infinity, later(each.lookAt, now)]),
    ...lock.waiters.map(each => each.until),
    ...looked(lock, now).map(each => later(each.lookAgainAt, now)),
    idleAt(lock),
  );
  return at === Infinity || isIdle(lock, now) ? [] : [{ do: 'wake', key: `wake ${at}`, at }];
}

/** What is due is being looked at. */
function later(at: Ms | undefined, now: Ms): Ms {
  return at !== undefined && at > now ? at : Infinity;
}

function idleAt({ holders, waiters, tombstones, lastToken }: Lock): Ms {
  if (holders.length + waiters.length > 0) return Infinity;
  return Math.max(...tombstones.map(each => each.until), Math.floor(lastToken / 1000) + 1);
}
