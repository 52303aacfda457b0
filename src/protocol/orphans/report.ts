/**
 * Owns what one sweep found and did, as facts. It is the result of the sweep's workflow and the next sweep's memory, so it
 * stands in Temporal's history: add members, never change one. What people read is made of it by `words.ts`.
 *
 * Times are milliseconds of Temporal's clock. `list` is a position in `lists`.
 */
import { type Failure } from '../wire/answers';
import { type Decision, type Ms } from '../wire/phases';

/** What a sweep works by, fixed when it starts. */
export interface SweepInput {
  readonly version: 1;
  /** Participants' in-doubt lists (`DTC_RECOVERY_URLS`). */
  readonly lists: readonly string[];
  readonly safetyMs: Ms;
  readonly maxActions: number;
  readonly stuckAfterMs: Ms;
  /** For one request to a participant. */
  readonly requestTimeoutMs: Ms;
  /** Look and say what would be done. */
  readonly dryRun: boolean;
}

/** Why something that could be settled was not, in this sweep. */
export type WhyLeft =
  /** It has to be seen again first, or has ended only just now. */
  | 'waits'
  /** The cap on actions was reached. */
  | 'capped'
  | 'dryRun'
  /** It was tried, and `detail` came of it. */
  | 'failed'
  /** An operator has settled this participant otherwise than decided. */
  | 'forced'
  /** The transaction has no participant of this name. */
  | 'stranger'
  /** Its history cannot be replayed. */
  | 'unreplayable';

/** Nobody drives it: it was ended from outside in Temporal. */
export interface Interrupted {
  readonly kind: 'interrupted';
  readonly transactionId: string;
  readonly since: Ms;
  readonly left: WhyLeft;
  readonly detail?: string;
}

/** Held prepared by a participant, although the transaction is over. */
export interface Prepared {
  readonly kind: 'prepared';
  readonly transactionId: string;
  readonly participant: string;
  readonly list: number;
  readonly decision: Decision;
  /** First seen so. */
  readonly since: Ms;
  readonly left: WhyLeft;
  readonly detail?: string;
}

/** Held prepared by a participant, under an id of ours that the record does not know. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly transactionId: string;
  readonly participant: string;
  readonly list: number;
  /** Its id says that it is older than Temporal keeps records. */
  readonly expired: boolean;
  readonly since: Ms;
}

export interface Stuck {
  readonly kind: 'stuck';
  readonly transactionId: string;
  readonly since: Ms;
  readonly state: string;
  readonly needsAttention: boolean;
  /** Who has not answered, and how; empty where nobody knows. */
  readonly detail: string;
  /** No worker can drive it: its workflow tasks keep failing, or somebody has paused it in Temporal. */
  readonly stalled?: true;
  /** What lets it go on, where that is known. */
  readonly command?: string;
}

/** A list that did not answer, or not as a list does. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly list: number;
  readonly since: Ms;
  readonly detail: string;
}

/** A notification that its receiver has not taken. */
export interface Undelivered {
  readonly kind: 'undelivered';
  /** Of its workflow. */
  readonly id: string;
  /** Absent in the reports of workers of before. */
  readonly runId?: string;
  readonly transactionId: string;
  readonly type: string;
  /** Without its query. */
  readonly url: string;
  readonly since: Ms;
  /** Absent where nobody knows, as is `why`. */
  readonly attempts?: number;
  readonly why?: Failure;
  /** Absent while it is still tried. */
  readonly gaveUpAt?: Ms;
  /** It is there, and Temporal has given it to no worker, nor will (`workflows/transaction/tell.ts`). */
  readonly neverBegun?: true;
}

export type Finding = Interrupted | Prepared | Unknown | Stuck | Unreachable | Undelivered;

export interface Action {
  readonly action: 'recover' | Decision;
  readonly transactionId: string;
  readonly participant?: string;
  readonly list?: number;
  /** Of what it was about: when it was first found. */
  readonly since: Ms;
  readonly at: Ms;
  readonly done: boolean;
  /** What came instead. */
  readonly detail?: string;
}

/** All that was found, also what the report has no room for. */
export interface Counts {
  readonly interrupted: number;
  readonly prepared: number;
  readonly unknown: number;
  readonly stuck: number;
  readonly unreachable: number;
  /** Absent in reports of before there were notifications. */
  readonly undelivered?: number;
  /** In the participants' lists: all of them, those of other coordinators, those of transactions that run. */
  readonly entries: number;
  readonly foreign: number;
  readonly running: number;
  readonly actions: number;
}

export interface SweepReport {
  readonly version: 1;
  readonly sweptAt: Ms;
  readonly dryRun: boolean;
  readonly safetyMs: Ms;
  readonly maxActions: number;
  /** Without their queries. */
  readonly lists: readonly string[];
  readonly findings: readonly Finding[];
  readonly actions: readonly Action[];
  readonly counts: Counts;
}
