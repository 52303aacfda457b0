/** Owns the projection of a lock to what people read (PROTOCOL §3, `GET /locks/<resource>`), and to the answer of an acquire. */
import { type LockMode } from '../wire/locks';
import { timestamp } from '../wire/phases';
import { type Holder, type Lock, type Waiter } from './state';
import { given } from '../wire/given';

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

export function lockDocumentOf({ resource, lastToken, holders, waiters }: Lock): LockDocument {
  return {
    resource,
    ...(lastToken === 0 ? {} : { lastFencingToken: lastToken }),
    holders: holders.map(holderDocument),
    waiters: waiters.map(waiterDocument),
  };
}

function holderDocument({ fencingToken, expiresAt, standing, ...claimant }: Holder): LockHolderDocument {
  return {
    ...claimDocument(claimant),
    fencingToken,
    ...(expiresAt === undefined ? {} : { expiresAt: timestamp(expiresAt) }),
    ...given({ transaction: standing }),
  };
}

function waiterDocument({ until, ...claimant }: Waiter, at: number): LockWaiterDocument {
  return { position: at + 1, ...claimDocument(claimant), until: timestamp(until) };
}

function claimDocument({
  holder,
  claim,
  mode,
  since,
}: Pick<Waiter, 'holder' | 'claim' | 'mode' | 'since'>): ClaimDocument {
  return { holder, kind: claim.kind, mode, since: timestamp(since) };
}
