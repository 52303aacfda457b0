/**
 * Owns what each event makes of a lock.
 *
 * I12: a lock is granted to one exclusive holder or to shared ones, in order of arrival, each with a fencing token greater
 *     than any before; and given back by release, by the end of a lease, or because its transaction has ended. A
 *     transaction that ended from outside, or that nobody knows, keeps it. A lease that was waited for is held for its whole time
 *     once its caller has seen it: whoever waited may have died.
 * A broken invariant throws: in the workflow that fails the workflow task, which is retried, and the lock lives on.
 */
import { type Ms } from '../wire/phases';
import { type Acquire, type LockEvent, type Looked, type Release } from './events';
import { assertLock } from './invariants';
import {
  type Claim,
  type Holder,
  type Lock,
  type Tombstone,
  type Waiter,
  grantablePrefix,
  lookAfterMs,
  mostClaimants,
  mostTombstones,
  needsLook,
  tokenAt,
  tombstoneMs,
  unreadAgainAfterMs,
} from './state';
import { given } from '../wire/given';

/**
 * Why an acquire gets nothing. `otherMode`: the holder has or awaits it in the other mode, and there is no upgrade. `late`:
 * its holder has released. `taken`: the name belongs to somebody else. `full`: too many wait.
 */
export type Refusal = 'otherMode' | 'late' | 'taken' | 'full';

/** The lock after `event`, at `now`, the time of the workflow task. */
export function applyToLock(before: Lock, event: LockEvent, now: Ms): Lock {
  const current = expire(before, now); // who is gone by now and asks again has no place to lose
  const after = markWaiting(disbelieve(grant(handle(current, event, now), now), now), now);
  assertLock(current, after, now);
  return after;
}

/** Why `acquire` would change nothing, or undefined. Asked with what has expired by `now` gone. */
export function refusalOf(lock: Lock, acquire: Acquire, now: Ms): Refusal | undefined {
  return judge(expire(lock, now), acquire);
}

function judge(lock: Lock, { holder, mode, claim, sentAt }: Acquire): Refusal | undefined {
  const buried = lock.tombstones.some(
    each => each.holder === holder && (each.asOf === undefined || sentAt <= each.asOf),
  );
  if (buried) return 'late';
  const known = claimantOf(lock, holder);
  if (known === undefined)
    return lock.holders.length + lock.waiters.length >= mostClaimants ? 'full' : undefined;
  if (!isSameClaimant(known.claim, claim)) return 'taken';
  return known.mode === mode ? undefined : 'otherMode';
}

function claimantOf(lock: Lock, holder: string): Holder | Waiter | undefined {
  return (
    lock.holders.find(each => each.holder === holder) ?? lock.waiters.find(each => each.holder === holder)
  );
}

function isSameClaimant(one: Claim, other: Claim): boolean {
  if (one.kind !== 'lease' || other.kind !== 'lease') return one.kind === other.kind;
  return one.by === other.by;
}

function expire(lock: Lock, now: Ms): Lock {
  const over = (at: Ms | undefined): boolean => at !== undefined && at <= now;
  if (
    !lock.holders.some(each => over(each.expiresAt)) &&
    !lock.waiters.some(each => over(each.until)) &&
    !lock.tombstones.some(each => over(each.until))
  )
    return lock;
  return {
    ...lock,
    holders: lock.holders.filter(each => !over(each.expiresAt)),
    waiters: lock.waiters.filter(each => !over(each.until)),
    tombstones: lock.tombstones.filter(each => !over(each.until)),
  };
}

function handle(lock: Lock, event: LockEvent, now: Ms): Lock {
  switch (event.type) {
    case 'acquire':
      return judge(lock, event) === undefined ? acquire(lock, event, now) : lock;
    case 'release':
      return isAllowed(lock, event) ? release(lock, event, now) : lock;
    case 'looked':
      return event.at.reduce((each, looked) => look(each, looked, now), lock);
    case 'told':
      return told(lock, event, now);
    case 'tick':
      return lock;
  }
}

/** A holder's repeat renews its lease and keeps its token; a waiter's keeps its place. */
function acquire(lock: Lock, event: Acquire, now: Ms): Lock {
  const { holder, mode, claim, until, sentAt } = event;
  if (lock.holders.some(each => each.holder === holder)) {
    return changeHolder(lock, holder, each => renew(repeat(each, event), event, now));
  }
  if (lock.waiters.some(each => each.holder === holder)) {
    return changeWaiter(lock, holder, each => ({
      ...repeat(each, event),
      until: Math.max(each.until, until),
      ...latest(each.ranAt, event.ranAt),
    }));
  }
  const ran = latest(undefined, event.ranAt);
  const waiter = {
    holder,
    mode,
    claim,
    sentAt,
    since: now,
    until,
    cleared: false,
    toldToWait: false,
    ...ran,
  };
  return { ...lock, waiters: [...lock.waiters, waiter] };
}

/** Repeats may arrive in another order than their attempts began. */
function latest(before: Ms | undefined, ranAt: Ms | undefined): Pick<Waiter, 'ranAt'> {
  return ranAt === undefined ? {} : { ranAt: Math.max(ranAt, before ?? ranAt) };
}

/** What was sent last counts, in whatever order it arrives. */
function repeat<T extends Waiter | Holder>(each: T, { claim, sentAt }: Acquire): T {
  return sentAt < each.sentAt ? each : { ...each, claim, sentAt };
}

/** Never earlier than its holder was answered before. What has to be seen is not renewed by a copy of what was sent before it. */
function renew(each: Holder, { sees }: Acquire, now: Ms): Holder {
  const { claim, fencingToken, toBeSeen = false } = each;
  if (claim.kind !== 'lease') return each;
  if (toBeSeen && claim.seenWithinMs !== undefined && sees !== fencingToken) return each;
  const expiresAt = Math.max(each.expiresAt ?? 0, now + claim.ttlMs);
  return { ...each, expiresAt, ...(toBeSeen ? { toBeSeen: false } : {}) };
}

type Terms = Pick<Holder, 'expiresAt' | 'standing' | 'lookAt' | 'looks' | 'toBeSeen'>;

function termsOf({ claim, toldToWait }: Waiter, now: Ms): Terms {
  if (claim.kind !== 'lease') return { standing: 'running', lookAt: now + lookAfterMs(0), looks: 0 };
  const { ttlMs, seenWithinMs } = claim;
  if (!toldToWait || seenWithinMs === undefined) return { expiresAt: now + ttlMs };
  return { expiresAt: now + Math.min(ttlMs, seenWithinMs), toBeSeen: true };
}

/** One that was sent before the lease it finds was last asked for comes late, and takes nothing away. */
function release(lock: Lock, { holder, sentAt }: Release, now: Ms): Lock {
  const known = claimantOf(lock, holder);
  const leased = known?.claim.kind === 'lease';
  const late = leased && sentAt !== undefined && sentAt < known.sentAt;
  const asOf = sentAt ?? (leased ? now : undefined);
  const tombstone = { holder, until: now + tombstoneMs, ...given({ asOf }) };
  return bury(late ? lock : without(lock, holder), tombstone);
}

/** Whoever releases on its own behalf may release its own lease. */
export function isAllowed(lock: Lock, { holder, ownOf }: Release): boolean {
  if (ownOf === undefined) return true;
  const claim = claimantOf(lock, holder)?.claim;
  return claim === undefined || (claim.kind === 'lease' && claim.by === ownOf);
}

/** Releases may arrive in another order than they were sent: the one that says most counts. */
function bury(lock: Lock, { holder, asOf, until }: Tombstone): Lock {
  const others = lock.tombstones.filter(each => each.holder !== holder);
  const old = lock.tombstones.find(each => each.holder === holder);
  const forAll = asOf === undefined || (old !== undefined && old.asOf === undefined);
  const latest = forAll ? {} : { asOf: Math.max(asOf, old?.asOf ?? asOf) };
  const tombstone = { holder, until: Math.max(until, old?.until ?? until), ...latest };
  return { ...lock, tombstones: [...others, tombstone].slice(-mostTombstones) };
}

function without(lock: Lock, holder: string): Lock {
  const holders = lock.holders.filter(each => each.holder !== holder);
  const waiters = lock.waiters.filter(each => each.holder !== holder);
  return { ...lock, holders, waiters };
}

/**
 * A transaction that has ended gives the lock back, though its release was lost. One that waits and does not run will never
 * use the lock: taken up again, it rolls back. One that holds and does not run keeps it, until somebody has settled it.
 */
function look(lock: Lock, { holder, saw }: Looked, now: Ms): Lock {
  if (lock.waiters.some(each => each.holder === holder)) {
    if (saw === 'running') return changeWaiter(lock, holder, each => ({ ...each, cleared: true }));
    if (saw !== 'unread') return release(lock, { type: 'release', holder }, now);
    const lookAgainAt = now + unreadAgainAfterMs;
    return changeWaiter(lock, holder, each => ({ ...each, lookAgainAt, toldToWait: true }));
  }
  if (!lock.holders.some(each => each.holder === holder)) return lock;
  if (saw === 'ended') return release(lock, { type: 'release', holder }, now);
  return changeHolder(lock, holder, each => {
    const standing = saw === 'unread' ? (each.standing ?? 'running') : saw;
    const looks = standing === each.standing ? (each.looks ?? 0) + 1 : 0;
    return { ...each, standing, looks, lookAt: now + lookAfterMs(looks) };
  });
}

/** Where there was nobody to tell, the transaction is looked at now instead of some day. */
function told(lock: Lock, { holder, delivered }: Extract<LockEvent, { type: 'told' }>, now: Ms): Lock {
  return changeHolder(lock, holder, each => {
    const heard = { ...each, toBeTold: false };
    return delivered ? heard : { ...heard, lookAt: now };
  });
}

/** From the front, as long as nobody has to be waited for or looked at. */
function grant(lock: Lock, now: Ms): Lock {
  let granted = lock;
  for (const waiter of grantablePrefix(lock)) {
    if (needsLook(granted, waiter, now)) break;
    granted = grantOne(granted, waiter, now);
  }
  return granted;
}

/** Whoever has to be looked at stays so until it asks again: a clock that is set back is no event, and nobody would grant it anything. */
function disbelieve(lock: Lock, now: Ms): Lock {
  const old = new Set(grantablePrefix(lock).filter(each => needsLook(lock, each, now)));
  if (![...old].some(each => each.ranAt !== undefined)) return lock;
  return { ...lock, waiters: lock.waiters.map(each => (old.has(each) ? disbelieved(each) : each)) };
}

function disbelieved({ ranAt: _longAgo, ...waiter }: Waiter): Waiter {
  return waiter;
}

/** The clock makes the token greater than those of locks before this one, and of an hour that a restored backup has lost. */
function grantOne(lock: Lock, waiter: Waiter, now: Ms): Lock {
  const { holder, mode, claim, sentAt, toldToWait } = waiter;
  const fencingToken = Math.max(lock.lastToken + 1, tokenAt(now));
  const toBeTold = claim.kind === 'transaction' && toldToWait;
  const held: Holder = {
    holder,
    mode,
    claim,
    sentAt,
    since: now,
    fencingToken,
    toBeTold,
    ...termsOf(waiter, now),
  };
  return {
    ...lock,
    lastToken: fencingToken,
    holders: [...lock.holders, held],
    waiters: lock.waiters.filter(each => each.holder !== holder),
  };
}

/** Whoever is not about to be looked at is answered that it has to wait, so its grant will have to be told. */
function markWaiting(lock: Lock, now: Ms): Lock {
  const lookedAt = new Set(grantablePrefix(lock).filter(each => needsLook(lock, each, now)));
  const unmarked = (each: Waiter): boolean => !each.toldToWait && !lookedAt.has(each);
  if (!lock.waiters.some(unmarked)) return lock;
  const waiters = lock.waiters.map(each => (unmarked(each) ? { ...each, toldToWait: true } : each));
  return { ...lock, waiters };
}

function changeHolder(lock: Lock, holder: string, change: (each: Holder) => Holder): Lock {
  return { ...lock, holders: lock.holders.map(each => (each.holder === holder ? change(each) : each)) };
}

function changeWaiter(lock: Lock, holder: string, change: (each: Waiter) => Waiter): Lock {
  return { ...lock, waiters: lock.waiters.map(each => (each.holder === holder ? change(each) : each)) };
}
