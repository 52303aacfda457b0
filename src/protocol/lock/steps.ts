/** Owns what workflows and the activities of locks say to each other. It stands in history: add members, never change one. */
import { type Event } from '../transaction/events';
import { type FencedLock, type LockRequest } from '../wire/locks';
import { type Ms } from '../wire/phases';
import { type Looked } from './events';

export interface AcquireLocksInput {
  readonly transactionId: string;
  /** One after the other, in this order. */
  readonly locks: readonly LockRequest[];
  /** None is asked after it, and none waits longer. */
  readonly by: Ms;
}

export interface AcquireFirstInput extends AcquireLocksInput {
  /** What is not held by then is left to the activity that goes on. */
  readonly withinMs: Ms;
  /** The transaction's workflow ran then, by Temporal's clock. */
  readonly ranAt: Ms;
}

export type LocksAnswer = Pick<Extract<Event, { type: 'locksAnswered' }>, 'held' | 'ending' | 'repeated'>;

/** Of what was tried within the first task. `open`: not all are held; `asked`: one was asked that has not answered, and may get to it yet. */
export type FirstLocksAnswer =
  | LocksAnswer
  | {
      readonly held: readonly FencedLock[];
      readonly ending: { readonly is: 'open'; readonly asked: boolean };
    };

export interface ReleaseLocksInput {
  readonly transactionId: string;
  readonly resources: readonly string[];
}

export interface ReleaseLastInput extends ReleaseLocksInput {
  /** Who has not answered by then is left to the activity that goes on. */
  readonly withinMs: Ms;
}

export interface LockActivities {
  /** As much as is granted at once: a local activity in the transaction's first task. */
  acquireFirst(input: AcquireFirstInput): Promise<FirstLocksAnswer>;
  /** Acquires until all are held or one has to be waited for. Repeated, it gets the same locks and tokens. */
  acquireLocks(input: AcquireLocksInput): Promise<LocksAnswer>;
  /** Tells the locks that the transaction has ended, and returns those that have heard it: a local activity in the last task. */
  releaseLast(input: ReleaseLastInput): Promise<readonly string[]>;
  /** Tells every lock that the transaction has ended. */
  releaseLocks(input: ReleaseLocksInput): Promise<void>;
  /** Whether these transactions' workflows run. */
  lookAt(transactionIds: readonly string[]): Promise<Looked[]>;
}
