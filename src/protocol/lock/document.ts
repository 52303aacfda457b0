/** Owns the projection of a lock to what people read (PROTOCOL §3, `GET /locks/<resource>`), and to the answer of an acquire. */
import { type LockDocument, type LockHolderDocument, type LockWaiterDocument } from '../client/locks';
import { timestamp } from '../wire/phases';
import { type Holder, type Lock, type Waiter } from './state';
import { given } from '../wire/given';

export type { LockDocument, LockHolderDocument, LockWaiterDocument };

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
}: Pick<Waiter, 'holder' | 'claim' | 'mode' | 'since'>): Pick<
  LockHolderDocument,
  'holder' | 'kind' | 'mode' | 'since'
> {
  return { holder, kind: claim.kind, mode, since: timestamp(since) };
}
