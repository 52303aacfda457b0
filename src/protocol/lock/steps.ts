/** Owns what workflows and the activities of locks say to each other. It stands in history: add members, never change one. */
import { type Event } from '../transaction/events';
import { type LockRequest } from '../wire/locks';
import { type Ms } from '../wire/phases';
import { type Looked } from './events';

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
