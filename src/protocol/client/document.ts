/** Owns the shape of the document that clients read (PROTOCOL §3). Timestamps are RFC 3339 UTC with milliseconds. */
import { type LockRequest } from '../wire/locks';
import { type Decision } from '../wire/phases';

export type TransactionState =
  'acquiringLocks' | 'preparing' | 'committing' | 'rollingBack' | 'committed' | 'rolledback' | 'interrupted';

export type ParticipantState =
  | 'waiting'
  | 'preparing'
  | 'prepared'
  | 'refused'
  | 'unanswered'
  | 'committing'
  | 'committed'
  | 'rollingBack'
  | 'rolledback'
  | 'forced';

export interface ParticipantDocument {
  readonly name: string;
  /** The prepare URL, its query redacted. */
  readonly url: string;
  readonly state: ParticipantState;
  readonly vote?: 'yes' | 'no';
  /** Requests of the current phase, counted anew after a retry. */
  readonly attempts: number;
  readonly lastError?: {
    readonly code: string;
    readonly status?: number;
    readonly message: string;
    readonly at: string;
  };
  readonly nextAttemptAt?: string;
  readonly forced?: {
    readonly outcome: string;
    readonly by: string;
    readonly reason: string;
    readonly at: string;
  };
  /** An answer that came after the operator's word and says otherwise. */
  readonly contradiction?: { readonly answer: Decision; readonly at: string };
  /** It is the one of which the transaction's says so. */
  readonly heuristic?: 'mixed' | 'hazard';
}

export interface ActionDocument {
  readonly action: string;
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
  readonly participant?: string;
  readonly outcome?: string;
  readonly ignored?: string;
  /** How often in a row, where more than once; `at` is the last time. */
  readonly times?: number;
}

/** Taken up again after the run `from` had ended abnormally in Temporal. */
export interface RecoveryDocument {
  readonly at: string;
  readonly from: string;
  readonly why: string;
}

/**
 * `wanted`: its turn has not come. `waiting`: somebody else has it; `heldBy` and `ahead` say what its lock knew at `since`, or
 * knows now where the lock could be asked. `held`: until the transaction has ended. `notHeld`: the transaction rolls back without it.
 */
export interface LockStateDocument extends LockRequest {
  readonly state: 'wanted' | 'waiting' | 'held' | 'released' | 'notHeld';
  readonly fencingToken?: number;
  readonly grantedAt?: string;
  readonly since?: string;
  readonly heldBy?: readonly string[];
  /** So many wait before it. */
  readonly ahead?: number;
}

/** `since`: the newest failure that history has; `by`: whose worker failed. */
export interface StalledDocument {
  readonly since?: string;
  readonly by?: string;
  readonly tries: number;
  readonly error: {
    readonly code: 'failed' | 'nondeterminism' | 'refused' | 'timedOut';
    readonly message: string;
  };
  readonly whatToDo: string;
}

/** One more rollback is due, since a prepare may arrive late (PROTOCOL I4): it ends, and its locks with it, after that. */
export interface LateRollbackDocument {
  /** No prepare can be on its way any more then, and it is sent. */
  readonly at: string;
  /** To whom. */
  readonly participants: readonly string[];
  readonly why: string;
}

export interface TransactionDocument {
  readonly id: string;
  readonly status: 'pending' | 'committed' | 'rolledback';
  readonly state: TransactionState;
  readonly decision: Decision | null;
  readonly reason?: { readonly code: string; readonly participant?: string; readonly detail?: string };
  readonly needsAttention: boolean;
  readonly heuristic?: 'mixed' | 'hazard';
  readonly createdAt: string;
  readonly decideBy: string;
  readonly decidedAt?: string;
  readonly endedAt?: string;
  readonly lateRollback?: LateRollbackDocument;
  readonly labels?: Readonly<Record<string, string>>;
  /** In the order in which they are acquired; there where there are any. */
  readonly locks?: readonly LockStateDocument[];
  readonly participants: readonly ParticipantDocument[];
  /** What operators asked for, the newest last; there where there is any. */
  readonly actions?: readonly ActionDocument[];
  /** Somebody paused it in Temporal: nothing happens until it is unpaused, by the command `unpause`. */
  readonly paused?: {
    readonly by?: string;
    readonly at?: string;
    readonly reason?: string;
    readonly unpause: string;
  };
  /** Its workflow tasks keep failing: nothing happens until a worker finishes one. */
  readonly stalled?: StalledDocument;
  /** How often it was taken up again, the newest last; there where it was. */
  readonly recoveries?: readonly RecoveryDocument[];
}
