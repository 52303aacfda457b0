/** Owns what a transaction's workflow and its activities say to each other. It stands in history: add members, never change one. */
import { type Exposure, type Failure, type ParticipantStanding } from '../wire/answers';
import { type Backoff } from '../wire/backoff';
import { type FencedLock } from '../wire/locks';
import { type Ms, type Phase } from '../wire/phases';
import { type Ending } from './events';
import { type DatedFailure } from './state';

/** One participant's call within an activity. Everything that the request is made of comes from here (I7). */
export interface CallInput {
  readonly participant: string;
  readonly nth: number;
  readonly url: string;
  /** For one request. */
  readonly timeoutMs: Ms;
  readonly payload?: unknown;
  /** How to read an answer to commit or rollback; absent for prepare. */
  readonly standing?: ParticipantStanding;
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

export interface FirstRoundInput extends RoundInput {
  /** Who has not answered by then is left out of the result, with the request in flight. */
  readonly withinMs: Ms;
}

/** Of a round that began in the workflow's first task: its calls have a request in flight. */
export interface RestInput extends RoundInput {
  /** What has come of the others. */
  readonly soFar: readonly SoFar[];
  /** Requests that a call may take: one whose first is not found takes another. */
  readonly limit: number;
}

/** What has come of a participant's request in a round that is under way; `at` by the worker's clock. */
export interface SoFar extends Pick<Ending, 'participant' | 'is' | 'why' | 'requests'> {
  readonly at: Ms;
}

/** Heartbeat details of a round. */
export interface RoundTrace {
  readonly soFar: readonly SoFar[];
}

export interface OwnInput extends Request {
  readonly call: CallInput;
  /** Requests of this phase before this activity: backoff goes on from there. */
  readonly sentBefore: number;
  readonly backoff: Backoff;
  /**
   * Requests that this activity may send; none: for as long as it takes. The activity counts, since Temporal's attempts count those
   * too that found no place. Absent as well where Temporal was told to count (activities scheduled before there was this member).
   */
  readonly limit?: number;
  /** What the first attempt rethrows instead of sending; `at` is absent from what older versions handed over. */
  readonly handover?: Failure & { readonly at?: Ms };
  /** The participant has come to need attention, and this is the first call since: its first attempt counts it. */
  readonly raised?: true;
}

/** What an own activity's last failure says: the workflow reads it when the attempts are used up. */
export type OwnFailure = Pick<Ending, 'exposure' | 'requests'> & {
  readonly why: Failure;
  /** By the worker's clock. */
  readonly at?: Ms;
};

/** What the attempts of an own activity sent. */
export interface Sent {
  readonly exposure: Exposure;
  /** Requests, as far as known: one that may have been sent counts. */
  readonly requests: number;
  /** Attempts one after the other, the last ones, that found no place for a request. */
  readonly busy: number;
  /** What came of the newest request that failed, where that is known. */
  readonly failed?: DatedFailure;
}

/** An own activity's heartbeat: what the attempts up to `attempt` sent; `over` when that attempt has ended by itself. */
export interface Trace extends Sent {
  readonly attempt: number;
  readonly over: boolean;
}

/**
 * *All*: the round, one activity over everyone. *First*: as much of it as is over at once, a local activity in the first task; *rest*:
 * what that leaves, by another name than a worker of before knows, who would take no request to be in flight. The others: one straggler
 * each, retried by Temporal.
 */
export type Activities = Readonly<
  Record<`${Phase}All`, (input: RoundInput) => Promise<Ending[]>> &
    Record<'prepareFirst', (input: FirstRoundInput) => Promise<Ending[]>> &
    Record<'prepareRest', (input: RestInput) => Promise<Ending[]>> &
    Record<Phase, (input: OwnInput) => Promise<Ending>>
>;

export interface LookInput {
  readonly transactionId: string;
  readonly runId: string;
  /** Of the calls that are about to be given up. */
  readonly keys: readonly string[];
}

/** What the requests of a call have left behind. */
export type CallTrace = Pick<Ending, 'exposure' | 'requests' | 'failed'>;

export interface CallLook extends CallTrace {
  /** The key of the call. */
  readonly key: string;
}

/** Needs Temporal itself, as the others do not. Those of which nobody knows are left out. */
export interface CallLookActivities {
  lookBack(input: LookInput): Promise<readonly CallLook[]>;
}
