/**
 * Owns what may be believed of the result of an activity of locks: any worker on the task queue may have given it. What is none
 * of ours counts as lost. The same of what a workflow says that has the id of a lock.
 *
 * I12: only a whole answer says that a lock is held; a look that says nothing of ours was not taken.
 */
import { type LockDocument } from '../client/locks';
import { type FencedLock, type LockRequest } from '../wire/locks';
import { isAmount, isListOf, isOneOf, isOptional, isText, membersOf } from '../wire/shapes';
import { type AcquireAnswer } from './answer';
import { type Refusal } from './apply';
import { type Looked } from './events';
import { type FirstLocksAnswer, type LocksAnswer } from './steps';

/** @param locks those asked for, in this order */
export function locksAnswer(result: unknown, locks: readonly LockRequest[]): LocksAnswer {
  const { held, ending, repeated } = membersOf(result);
  const isOurs =
    isHeldOf(locks, held) && isEndingOf(locks, held, ending) && (repeated === undefined || repeated === true);
  return isOurs ? (result as LocksAnswer) : { held: [], ending: { is: 'lost' } };
}

/** What is none of ours has asked anybody. */
export function firstLocksAnswer(result: unknown, locks: readonly LockRequest[]): FirstLocksAnswer {
  const { held, ending } = membersOf(result);
  const { is, asked } = membersOf(ending);
  const isOpen = is === 'open' && typeof asked === 'boolean';
  const isOurs = isHeldOf(locks, held) && (isOpen || isEndingOf(locks, held, ending));
  return isOurs ? (result as FirstLocksAnswer) : { held: [], ending: { is: 'open', asked: true } };
}

/** They are acquired in order: whoever has the nth has all before it. */
function isHeldOf(locks: readonly LockRequest[], held: unknown): held is readonly FencedLock[] {
  if (!Array.isArray(held) || held.length > locks.length) return false;
  return locks.slice(0, held.length).every(({ resource, mode }, index) => {
    const lock = membersOf(held[index]);
    return (
      lock['resource'] === resource && lock['mode'] === mode && Number.isSafeInteger(lock['fencingToken'])
    );
  });
}

function isEndingOf(locks: readonly LockRequest[], held: readonly FencedLock[], value: unknown): boolean {
  const { is, resource, heldBy, ahead, why } = membersOf(value);
  const isOfNext = resource === locks[held.length]?.resource;
  switch (is) {
    case 'all':
      return held.length === locks.length;
    case 'waits':
      return isOfNext && isListOf(isText, heldBy) && isAmount(ahead);
    case 'refused':
      return isOfNext && isText(why);
    default:
      return isOneOf(['overdue', 'gaveUp', 'lost'], is);
  }
}

const seen = ['running', 'ended', 'interrupted', 'unknown', 'unread'] as const;

/** One a holder, in the order asked; whoever nothing is said of was not looked at. */
export function lookedAt(result: unknown, holders: readonly string[]): readonly Looked[] {
  const looked: readonly unknown[] = Array.isArray(result) ? result : [];
  return holders.map((holder, index) => {
    const { holder: of, saw } = membersOf(looked[index]);
    return of === holder && isOneOf(seen, saw) ? { holder, saw } : { holder, saw: 'unread' };
  });
}

const refusals = ['otherMode', 'late', 'taken', 'full'] as const satisfies readonly Refusal[];

/** What a lock's workflow says of a claim: another program's may stand in its place. */
export function isAcquireAnswer(value: unknown): value is AcquireAnswer {
  const { is, fencingToken, expiresAt, toBeSeen, heldBy, ahead, why } = membersOf(value);
  switch (is) {
    case 'granted':
      return (
        Number.isSafeInteger(fencingToken) &&
        isOptional(isAmount, expiresAt) &&
        (toBeSeen === undefined || toBeSeen === true)
      );
    case 'waits':
      return isListOf(isText, heldBy) && isAmount(ahead);
    case 'refused':
      return isOneOf(refusals, why) && isListOf(isText, heldBy);
    default:
      return false;
  }
}

export function isReleased(value: unknown): value is { readonly released: boolean } {
  return typeof membersOf(value)['released'] === 'boolean';
}

export function isLockDocument(value: unknown, of: string): value is LockDocument {
  const { resource, holders, waiters } = membersOf(value);
  return resource === of && isListOf(isClaim, holders) && isListOf(isClaim, waiters);
}

function isClaim(value: unknown): value is { readonly holder: string } {
  const { holder, mode, since } = membersOf(value);
  return isText(holder) && isText(mode) && isText(since);
}
