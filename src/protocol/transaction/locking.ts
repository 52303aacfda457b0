/**
 * Owns the locks of a transaction: acquired before the first prepare, given back when it has ended.
 *
 * I12: `preparing` begins when every lock is held, and no lock is told of the end before `endedAt`: until then none of them
 *      gives itself to somebody else. They are acquired one after the other in the order that everybody uses (`byResource`),
 *      so that two transactions cannot wait for each other.
 *
 * A lock that may have heard of the transaction is told that it has ended, also where nobody knows whether an acquire
 * arrived: what arrives later then gets nothing.
 */
import { type LockRequest } from '../wire/locks';
import { type Ms } from '../wire/phases';
import { openCall, withParticipants } from './calls';
import { type Event, type LocksEnding } from './events';
import { decideRollback } from './preparing';
import { type Accepted, type HeldLock, type Locking, type Transaction } from './state';

type Answered = Extract<Event, { type: 'locksAnswered' }>;
type Granted = Extract<Event, { type: 'lockGranted' }>;

/** All locks are wanted, and the first call is open; undefined where there are none. */
export function beginLocking({ locks }: Accepted): Locking | undefined {
  if (locks === undefined || locks.asked.length === 0) return undefined;
  return { call: { nth: 1 }, calls: 1, held: [], reached: 0, released: false };
}

/** Those that are not held yet, in the order in which they are acquired. */
export function missingLocks({ accepted, locking }: Transaction): readonly LockRequest[] {
  const held = new Set(locking?.held.map(each => each.resource));
  return (accepted.locks?.asked ?? []).filter(({ resource }) => !held.has(resource));
}

/** What participants are told: all locks, in the order asked. Empty where there are none. */
export function heldLocks({ accepted, locking }: Transaction): readonly HeldLock[] {
  const held = new Map(locking?.held.map(each => [each.resource, each]));
  return (accepted.locks?.asked ?? []).flatMap(({ resource }) => held.get(resource) ?? []);
}

/** The resources whose locks have to be told that the transaction has ended. */
export function toRelease({ accepted, stage, locking }: Transaction): readonly string[] {
  if (stage !== 'ended' || locking === undefined || locking.released) return [];
  return (accepted.locks?.asked ?? []).slice(0, locking.reached).map(each => each.resource);
}

export function locksAnswered(t: Transaction, answered: Answered, now: Ms): Transaction {
  const { locking } = t;
  const { nth, held, ending } = answered;
  if (locking?.call?.nth !== nth) return t;
  const { call: _ended, ...rest } = locking;
  const reached = Math.max(rest.reached, reachedBy(t, answered));
  const noted = held.reduce<Transaction>((each, lock) => hold(each, { ...lock, at: now }), {
    ...t,
    locking: { ...rest, reached },
  });
  if (t.stage !== 'acquiringLocks') return noted;
  switch (ending.is) {
    case 'all':
      return goOn(noted, now);
    case 'waits':
      return waitFor(noted, ending, now);
    case 'refused':
      return giveUp(noted, `"${ending.resource}": ${ending.why}`, now);
    case 'overdue':
    case 'gaveUp':
    case 'lost':
      return giveUp(noted, unanswered(noted), now);
  }
}

/** Where nobody knows what was sent, any of them may have been. */
function reachedBy(t: Transaction, { ending, repeated }: Answered): number {
  const known = repeated !== true && (ending.is === 'waits' || ending.is === 'refused');
  return known ? reachedWith(t, ending.resource) : (t.accepted.locks?.asked.length ?? 0);
}

/** They are asked in order: whoever has this one may have asked for all before it. */
function reachedWith({ accepted }: Transaction, resource: string): number {
  return (accepted.locks?.asked ?? []).findIndex(each => each.resource === resource) + 1;
}

/** The grant may have come before the answer that it has to be waited for. */
function waitFor(t: Transaction, ending: Extract<LocksEnding, { is: 'waits' }>, now: Ms): Transaction {
  const { is: _waits, ...said } = ending;
  if (t.locking === undefined) return t;
  if (t.locking.held.some(({ resource }) => resource === said.resource)) return goOn(t, now);
  return { ...t, locking: { ...t.locking, waitsFor: { ...said, since: now } } };
}

export function lockGranted(t: Transaction, { resource, fencingToken }: Granted, now: Ms): Transaction {
  const wanted = missingLocks(t).find(each => each.resource === resource);
  if (t.stage !== 'acquiringLocks' || wanted === undefined) return t;
  const held = hold(t, { ...wanted, fencingToken, at: now });
  return held.locking?.call === undefined ? goOn(held, now) : held;
}

function hold(t: Transaction, lock: HeldLock): Transaction {
  const { locking } = t;
  if (locking === undefined || locking.held.some(({ resource }) => resource === lock.resource)) return t;
  const { waitsFor, ...rest } = locking;
  const waits = waitsFor === undefined || waitsFor.resource === lock.resource ? {} : { waitsFor };
  const reached = Math.max(rest.reached, reachedWith(t, lock.resource));
  return { ...t, locking: { ...rest, ...waits, reached, held: [...locking.held, lock] } };
}

/** Everyone is asked for a vote once all locks are held; else the rest is acquired. */
function goOn(t: Transaction, now: Ms): Transaction {
  const { locking, accepted } = t;
  if (locking === undefined || accepted.locks === undefined) return t;
  if (now >= accepted.locks.by) return giveUp(t, 'the last one came too late', now);
  if (missingLocks(t).length === 0) return startPreparing(t);
  const calls = locking.calls + 1;
  return { ...t, locking: { ...locking, calls, call: { nth: calls } } };
}

export function startPreparing(t: Transaction): Transaction {
  return withParticipants({ ...t, stage: 'preparing' }, p => openCall(p, 'prepare', { lane: 'round' }));
}

export function locksOverdue(t: Transaction, now: Ms): Transaction {
  if (t.stage !== 'acquiringLocks') return t;
  const { waitsFor } = t.locking ?? {};
  if (waitsFor === undefined) return giveUp(t, unanswered(t), now);
  const by = waitsFor.heldBy.length === 0 ? 'nobody' : waitsFor.heldBy.join(', ');
  return giveUp(t, `"${waitsFor.resource}" was held by ${by} when it was asked`, now);
}

function unanswered(t: Transaction): string {
  return `"${missingLocks(t)[0]?.resource ?? ''}" did not answer in time`;
}

function giveUp(t: Transaction, detail: string, now: Ms): Transaction {
  return decideRollback(t, { code: 'lockTimeout', detail }, now);
}

export function locksReleased(t: Transaction): Transaction {
  return t.locking === undefined ? t : { ...t, locking: { ...t.locking, released: true } };
}

/** The run was ended from outside during the call: any of the locks may have been asked. */
export function giveUpLocking(t: Transaction): Transaction {
  if (t.locking?.call === undefined) return t;
  const { call: _cut, ...rest } = t.locking;
  return allReached({ ...t, locking: rest });
}

/** Any of the locks may have been asked, and may be yet. */
export function allReached(t: Transaction): Transaction {
  const { locking, accepted } = t;
  return locking === undefined
    ? t
    : { ...t, locking: { ...locking, reached: accepted.locks?.asked.length ?? 0 } };
}
