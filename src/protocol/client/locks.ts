/** Owns the shape of what clients read of locks that stand on their own (PROTOCOL §3). */
import { type LockMode, type LockRequest } from '../wire/locks';

interface ClaimDocument {
  readonly holder: string;
  readonly kind: 'transaction' | 'lease';
  readonly mode: LockMode;
  readonly since: string;
}

export interface LockHolderDocument extends ClaimDocument {
  readonly fencingToken: number;
  /** Of a lease. */
  readonly expiresAt?: string;
  /** Of a transaction, when it was last looked at: one that does not run keeps the lock until it is settled. */
  readonly transaction?: 'running' | 'interrupted' | 'unknown';
}

export interface LockWaiterDocument extends ClaimDocument {
  /** From 1. */
  readonly position: number;
  /** Gives up then. */
  readonly until: string;
}

export interface LockDocument {
  readonly resource: string;
  /** Of the last grant; absent before the first. */
  readonly lastFencingToken?: number;
  readonly holders: readonly LockHolderDocument[];
  /** In the order in which they will be granted. */
  readonly waiters: readonly LockWaiterDocument[];
}

/** What its holder is answered. */
export interface Lease extends LockRequest {
  readonly holder: string;
  /** Grows with every grant of the resource. */
  readonly fencingToken: number;
  /** Unless it is renewed before. */
  readonly expiresAt: string;
}
