/** Owns what workflows and activities say to each other. It stands in Temporal's history: add fields, never change one. */
import { type Failure, type Standing } from '../src/protocol/wire/answers';
import { type Backoff } from '../src/protocol/wire/backoff';
import { type FencedLock, type LockRequest } from '../src/protocol/wire/locks';
import { type Ms, type Phase } from '../src/protocol/wire/phases';
import { type Looked } from '../src/protocol/lock/events';
import { type Ending, type Event } from '../src/protocol/transaction/events';

/** One participant's call within an activity. Everything that the request is made of comes from here (I7). */
export interface CallInput {
  readonly participant: string;
  readonly nth: number;
  readonly url: string;
  /** For one request. */
  readonly timeoutMs: Ms;
  readonly payload?: unknown;
  /** How to read an answer to commit or rollback; absent for prepare. */
  readonly standing?: Standing;
}

interface Request {
  readonly transactionId: string;
  readonly decideBy: Ms;
  readonly statusUrl?: string;
  readonly locks?: readonly FencedLock[];
}

export interface RoundInput extends Request {
  readonly calls: readonly CallInput[];
}

export interface OwnInput extends Request {
  readonly call: CallInput;
  /** Requests of this phase before this activity: backoff goes on from there. */
  readonly sentBefore: number;
  readonly backoff: Backoff;
  /** What the first attempt rethrows instead of sending. */
  readonly handover?: Failure;
}

/** What an own activity's last failure says: the workflow reads it when the attempts are used up. */
export type OwnFailure = Pick<Ending, 'exposure' | 'requests'> & { readonly why: Failure };

export interface AcquireLocksInput {
  readonly transactionId: string;
  /** One after the other, in this order. */
  readonly locks: readonly LockRequest[];
  /** None is asked after it, and none waits longer. */
  readonly by: Ms;
}

export type LocksAnswer = Pick<Extract<Event, { type: 'locksAnswered' }>, 'held' | 'ending' | 'repeated'>;

export interface ReleaseLocksInput {
  readonly transactionId: string;
  readonly resources: readonly string[];
}

export interface LockActivities {
  /** Acquires until all are held or one has to be waited for. Repeated, it gets the same locks and tokens. */
  acquireLocks(input: AcquireLocksInput): Promise<LocksAnswer>;
  /** Tells every lock that the transaction has ended. */
  releaseLocks(input: ReleaseLocksInput): Promise<void>;
  /** Whether these transactions' workflows run. */
  lookAt(transactionIds: readonly string[]): Promise<Looked[]>;
}

/** *All*: the round, one activity over everyone. The others: one straggler each, retried by Temporal. */
export type Activities = Readonly<
  Record<`${Phase}All`, (input: RoundInput) => Promise<Ending[]>> &
    Record<Phase, (input: OwnInput) => Promise<Ending>>
>;
