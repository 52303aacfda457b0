/** Owns what the routes may ask of locks. Every method rejects with one of `../errors.ts`, or a bug. */
import { type Refusal } from '../../protocol/lock/apply';
import { type LockDocument } from '../../protocol/client/locks';
import { type LockRequest } from '../../protocol/wire/locks';
import { type Ms } from '../../protocol/wire/phases';

/** A lock that stands on its own, with a lease. */
export interface LeaseRequest extends LockRequest {
  readonly holder: string;
  /** From the grant, and from each renewal. */
  readonly ttlMs: Ms;
  readonly waitMs: Ms;
  /** There is an answer then, whatever was to be waited for. */
  readonly answerBy: Ms;
  /** The authenticated caller: a lease is renewed and released by nobody else. */
  readonly caller: string;
  /** Aborted: stop waiting. The place in the queue is kept until `waitMs` has passed. */
  readonly signal: AbortSignal;
}

export type Leased =
  | { readonly is: 'granted'; readonly fencingToken: number; readonly expiresAt: Ms }
  /** `waitMs` has passed, or `signal` was aborted. */
  | { readonly is: 'waited'; readonly heldBy: readonly string[]; readonly ahead: number }
  | { readonly is: 'refused'; readonly why: Refusal; readonly heldBy: readonly string[] };

export interface ReleaseRequest {
  readonly resource: string;
  readonly holder: string;
  /** Where only this caller's own lease may be released. */
  readonly ownOf?: string;
  /** What the holder was seen with: only while it has the lock with that. */
  readonly fencingToken?: number;
}

/** `changed`: it is not held with the token that was seen, and nothing was done. `runs`: it is a transaction's, which still needs it. `none`: the holder neither holds nor awaits it, or it is another caller's. */
export type ReleaseResult = 'released' | 'runs' | 'none' | 'changed';

/** Of a page: who holds and awaits it is absent where no worker answered for it. */
export type ListedLock = Pick<LockDocument, 'resource'> & Partial<LockDocument>;

export interface LockPage {
  readonly locks: readonly ListedLock[];
  readonly next?: string;
}

export interface Locks {
  acquire(request: LeaseRequest): Promise<Leased>;
  release(request: ReleaseRequest): Promise<ReleaseResult>;
  /** A lock that nobody uses is free. */
  read(resource: string): Promise<LockDocument>;
  /** Those that are held or awaited. @throws BadCursor */
  list(page: { readonly limit: number; readonly cursor?: string }): Promise<LockPage>;
}
