/** Owns what can happen to a lock. */
import { type LockMode } from '../wire/locks';
import { type Ms } from '../wire/phases';
import { type Claim, type SeenAs } from './state';

export interface Acquire {
  readonly type: 'acquire';
  readonly holder: string;
  readonly mode: LockMode;
  readonly claim: Claim;
  /** Waits no longer than that. */
  readonly until: Ms;
  /** By the clock of whoever sent it. */
  readonly sentAt: Ms;
  /** Of a transaction: its workflow ran then, by Temporal's clock. Absent where nobody says so. */
  readonly ranAt?: Ms;
  /** The token of a grant that its caller has seen, and goes on with. */
  readonly sees?: number;
}

export interface Release {
  readonly type: 'release';
  readonly holder: string;
  /** Of a lease: by the clock of whoever sent it. Absent for a transaction, which never asks again. */
  readonly sentAt?: Ms;
  /** Only where it is a lease of this caller. */
  readonly ownOf?: string;
}

/** `unread`: nobody answered. */
export interface Looked {
  readonly holder: string;
  readonly saw: SeenAs | 'unread';
}

export type LockEvent =
  | Acquire
  | Release
  | { readonly type: 'looked'; readonly at: readonly Looked[] }
  /** The grant was told to the transaction, or there was no workflow to tell it to. */
  | { readonly type: 'told'; readonly holder: string; readonly delivered: boolean }
  /** Time has passed. */
  | { readonly type: 'tick' };
