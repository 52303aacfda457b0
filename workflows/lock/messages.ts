/**
 * Owns what can be said to a lock from outside: `acquire` as an update, `release` as a signal, and as an update for whoever wants to
 * know what came of it; `status` and `standing` as queries. Names and arguments are exact: people script against `release`.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { type AcquireAnswer } from '../../src/protocol/lock/answer';
import { type LockDocument } from '../../src/protocol/client/locks';
import { type Acquire, type Release } from '../../src/protocol/lock/events';
import { lockModes } from '../../src/protocol/wire/locks';
import { type Ms } from '../../src/protocol/wire/phases';
import { isAmount, isOneOf, isOptional, isText, membersOf } from '../../src/protocol/wire/shapes';

export const lockWorkflow = 'lock';

export function lockWorkflowId(resource: string): string {
  return `lock:${resource}`;
}

/** What comes from the coordinator: `waitMs` is counted by the lock's clock. */
export type AcquireMessage = Omit<Acquire, 'type' | 'until'> & { readonly waitMs: Ms };

export interface Released {
  /** It held the lock, or waited for it, until then. */
  readonly released: boolean;
}

export const lockStatusQuery = defineQuery<LockDocument>('status');
export const standingQuery = defineQuery<AcquireAnswer | null, [holder: string]>('standing');
export const acquireUpdate = defineUpdate<AcquireAnswer, [AcquireMessage]>('acquire');
export const releaseSignal = defineSignal<[unknown]>('release');
export const releaseUpdate = defineUpdate<Released, [unknown]>('release');

/** What is not would stall the lock: an error in a handler fails the workflow task. */
export function isAcquire(argument: unknown): argument is AcquireMessage {
  const { holder, mode, claim, sentAt, waitMs, ranAt, sees } = membersOf(argument);
  const { kind, ttlMs, by, seenWithinMs } = membersOf(claim);
  const isLease = kind === 'lease' && isAmount(ttlMs) && isText(by) && isOptional(isAmount, seenWithinMs);
  const isNamed = isText(holder) && isOneOf(lockModes, mode);
  const isTimed = isAmount(sentAt) && isAmount(waitMs) && isOptional(isAmount, ranAt);
  return isNamed && isTimed && isOptional(isAmount, sees) && (isLease || kind === 'transaction');
}

/**
 * The token that the holder was seen with, in an update: it is released only while that is its token. Undefined where it does not depend on
 * it, `none` where it is no token. Looked at before a release is taken, and never where one is replayed.
 */
export function tokenSeen(argument: unknown): number | 'none' | undefined {
  const { fencingToken } = membersOf(argument);
  if (fencingToken === undefined) return undefined;
  return isAmount(fencingToken) ? fencingToken : 'none';
}

/** Undefined where it says of nobody that he releases. */
export function readRelease(argument: unknown): Release | undefined {
  const { holder, sentAt, ownOf } = membersOf(argument);
  if (!isText(holder)) return undefined;
  return {
    ...{ type: 'release', holder },
    ...(typeof sentAt === 'number' ? { sentAt } : {}),
    ...(isText(ownOf) ? { ownOf } : {}),
  };
}
