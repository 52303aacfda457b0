/**
 * Owns what can be said to a lock from outside: `acquire` as an update, `release` as a signal, and as an update for whoever wants to
 * know what came of it; `status` and `standing` as queries. Names and arguments are exact: people script against `release`.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { type AcquireAnswer } from '../../src/protocol/lock/answer';
import { type LockDocument } from '../../src/protocol/lock/document';
import { type Acquire, type Release } from '../../src/protocol/lock/events';
import { lockModes } from '../../src/protocol/wire/locks';
import { type Ms } from '../../src/protocol/wire/phases';

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
  const { holder, mode, claim, sentAt, waitMs } = membersOf(argument);
  const { kind, ttlMs, by } = membersOf(claim);
  const isLease = kind === 'lease' && isTime(ttlMs) && typeof by === 'string';
  const isNamed = typeof holder === 'string' && lockModes.some(each => each === mode);
  return isNamed && isTime(sentAt) && isTime(waitMs) && (isLease || kind === 'transaction');
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Undefined where it says of nobody that he releases. */
export function readRelease(argument: unknown): Release | undefined {
  if (typeof argument !== 'object' || argument === null || !('holder' in argument)) return undefined;
  const { holder } = argument;
  if (typeof holder !== 'string') return undefined;
  const sentAt =
    'sentAt' in argument && typeof argument.sentAt === 'number' ? { sentAt: argument.sentAt } : {};
  const ownOf = 'ownOf' in argument && typeof argument.ownOf === 'string' ? { ownOf: argument.ownOf } : {};
  return { type: 'release', holder, ...sentAt, ...ownOf };
}
