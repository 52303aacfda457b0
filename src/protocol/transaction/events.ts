/** Owns what can happen to a transaction. Events carry meanings, not HTTP: the answers table may change, replay holds. */
import { type Exposure, type Failure } from '../wire/answers';
import { type Phase } from '../wire/phases';
import { type FencedLock } from '../wire/locks';
import { type NotifyEvent } from '../wire/notification';
import { type DatedFailure, type ForcedOutcome, type Name, type ShownCall } from './state';

/**
 * How one call ended.
 * `unavailable`: the round's request failed and the call goes on in its own lane.
 * `spent`: the attempts of its own lane are used up. `gaveUp`: cut off, so nobody knows.
 */
export type EndingKind = 'yes' | 'no' | 'done' | 'foundCommitted' | 'unavailable' | 'spent' | 'gaveUp';

export interface Ending {
  readonly participant: Name;
  readonly nth: number;
  readonly is: EndingKind;
  readonly why?: Failure;
  /** What all requests of the call may have left behind. */
  readonly exposure: Exposure;
  /** Requests sent, as far as known. */
  readonly requests: number;
  /** A prepare that was not asked for again because that would have been after `decideBy`; `why` is its last failure. */
  readonly outOfTime?: true;
  /** The newest failure of the call's requests before the one with which it ended, where that is known. */
  readonly failed?: DatedFailure;
}

/**
 * How a call that acquires locks ended: `all` are held; one `waits` for its turn, and `lockGranted` will follow; one `refused`;
 * or nobody knows, because the time was up, the call was cut off or it was lost.
 */
export type LocksEnding =
  | { readonly is: 'all' }
  | {
      readonly is: 'waits';
      readonly resource: string;
      readonly heldBy: readonly string[];
      readonly ahead: number;
    }
  | { readonly is: 'refused'; readonly resource: string; readonly why: string }
  | { readonly is: 'overdue' | 'gaveUp' | 'lost' };

export type Event =
  /** `held`: what the call got before it ended so, in the order asked. */
  | {
      readonly type: 'locksAnswered';
      readonly nth: number;
      readonly held: readonly FencedLock[];
      readonly ending: LocksEnding;
      /** An attempt before the one that answers was lost: its sender may wake up and go on asking. */
      readonly repeated?: true;
    }
  /** A lock that was waited for. */
  | { readonly type: 'lockGranted'; readonly resource: string; readonly fencingToken: number }
  /** The time for acquiring locks is up. */
  | { readonly type: 'locksOverdue' }
  /** Every lock that was reached has been told that the transaction has ended. */
  | { readonly type: 'locksReleased' }
  /** All endings of one activity at once: a straggler must not start before the no that came with it is seen. */
  | { readonly type: 'callsEnded'; readonly phase: Phase; readonly endings: readonly Ending[] }
  /** `quietAt` has passed. */
  | { readonly type: 'quiet' }
  /** The workflow that tells somebody of this is there. */
  | { readonly type: 'noticeStarted'; readonly event: NotifyEvent }
  /** A message that could not be read: written down, else without effect. */
  | { readonly type: 'misunderstood'; readonly action: string; readonly by: string; readonly why: string }
  | (Acting & { readonly type: 'abort'; readonly reason?: string })
  | (Acting & { readonly type: 'retryNow' })
  | (Acting & {
      readonly type: 'resolve';
      readonly reason: string;
      readonly participant: Name;
      readonly outcome: ForcedOutcome;
    });

interface Acting {
  readonly by: string;
  /** What Temporal showed right before of the calls that the action may cut off; absent where nobody looked. */
  readonly shown?: readonly ShownCall[];
}

export type OperatorEvent = Extract<Event, { type: 'abort' | 'retryNow' | 'resolve' }>;
