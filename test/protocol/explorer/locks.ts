/**
 * Owns the locks of the model: what each lock makes of one transaction's requests, and the activities that acquire and release.
 *
 * A lock is abstract: who else wants it is not followed, so it may grant at once, make wait or refuse, as it likes. What it
 * granted to a transaction that runs it takes back only when it is told of the end (`test/protocol/lock` explores that).
 */
import { type FirstLocksAnswer } from '../../../src/protocol/lock/steps';
import { type LocksEnding } from '../../../src/protocol/transaction/events';
import { type LockRequest } from '../../../src/protocol/wire/locks';

/** What one lock knows of the transaction. `over`: it was told of the end, and gives nothing more. */
export type LockState = 'unheard' | 'waits' | 'granted' | 'over';

export interface LockSide {
  readonly resource: string;
  readonly state: LockState;
  /** The signal of a grant that was waited for: due, or told, and then it may be told again. */
  readonly signal: 'none' | 'due' | 'told';
  /** An acquire that nobody waits for any more may arrive: lost, delayed, or its sender is frozen. */
  readonly stray: boolean;
}

/** The activity that acquires: it asks one lock after the other, those before `at` have granted. */
export interface Acquiring {
  readonly do: 'acquire';
  readonly key: string;
  readonly nth: number;
  /** Which locks, by their place among those asked for. */
  readonly locks: readonly number[];
  readonly at: number;
  /** An attempt before this one was lost. */
  readonly repeated: boolean;
  readonly cancelled: boolean;
  /** Part of the workflow's first task. */
  readonly within: boolean;
  /** What the first task has left to this one. */
  readonly before?: OpenAnswer;
  readonly ending?: LocksEnding;
}

export type OpenAnswer = Extract<FirstLocksAnswer, { ending: { is: 'open' } }>;

/** The activity that releases, and which locks it has still to tell. */
export interface Releasing {
  readonly do: 'release';
  readonly key: string;
  readonly left: readonly number[];
}

export type LockWork = Acquiring | Releasing;

export const lockNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `l${String(index + 1)}`);

export const lockRequest = (resource: string): LockRequest => ({ resource, mode: 'exclusive' });

export function newLock(resource: string): LockSide {
  return { resource, state: 'unheard', signal: 'none', stray: false };
}

/** Each lock's grant has a token of its own. */
export const tokenOf = (index: number): number => 100 + index;

export type LockAnswer = 'granted' | 'waits' | 'refused';

export interface LockReaction {
  readonly answer: LockAnswer;
  readonly next: LockState;
}

/** What a lock may make of an acquire. `runs`: the transaction's workflow does; else a look at it says that it has ended. */
export function onAcquire({ state }: LockSide, runs: boolean): readonly LockReaction[] {
  if (state === 'granted' || state === 'waits') return [{ answer: state, next: state }];
  if (state === 'over' || !runs) return [{ answer: 'refused', next: 'over' }];
  return [
    { answer: 'granted', next: 'granted' },
    { answer: 'waits', next: 'waits' },
    { answer: 'refused', next: 'unheard' },
  ];
}
