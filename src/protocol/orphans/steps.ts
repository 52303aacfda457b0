/** Owns what the sweep's workflow and its activities say to each other. It stands in history: add members, never change one. */
import { type Decision, type Ms } from '../wire/phases';
import {
  type Counts,
  type Finding,
  type Interrupted,
  type Prepared,
  type Stuck,
  type Undelivered,
  type Unknown,
} from './report';

/** What an earlier sweep left for the next one to know. */
export interface Memory {
  /** Without their queries, for `list` of the findings. */
  readonly lists: readonly string[];
  readonly findings: readonly Finding[];
  readonly counts: Counts;
}

export type InterruptedRun = Pick<Interrupted, 'transactionId'> & { readonly endedAt: Ms };

/** What Temporal knows, without asking a participant. Counts go beyond what is listed. */
export interface Survey {
  readonly memory?: Memory;
  readonly interrupted: readonly InterruptedRun[];
  readonly interruptedCount: number;
  readonly stuck: readonly Stuck[];
  readonly stuckCount: number;
  /** Absent where a worker of before looked. */
  readonly undelivered?: readonly Undelivered[];
  readonly undeliveredCount?: number;
}

/** What one participant's list came to, entry by entry compared with the coordinator. */
export interface Scan {
  readonly counts: Pick<Counts, 'entries' | 'foreign' | 'running' | 'prepared' | 'unknown'>;
  readonly decided: readonly Pick<Prepared, 'transactionId' | 'participant' | 'decision'>[];
  readonly unknown: readonly Pick<Unknown, 'transactionId' | 'participant' | 'expired'>[];
  readonly interrupted: readonly InterruptedRun[];
  /** Why the list, or the rest of it, was not read. */
  readonly trouble?: string;
}

export interface Settlement {
  readonly transactionId: string;
  readonly participant: string;
  readonly decision: Decision;
  readonly since: Ms;
}

/** `gone`: looked at again, there was nothing to do any more. */
export type Settled =
  | { readonly is: 'done'; readonly at: Ms }
  | { readonly is: 'failed'; readonly at: Ms; readonly detail: string }
  | { readonly is: 'gone' }
  /** The look right before could not be taken, so nothing was sent. */
  | { readonly is: 'unread'; readonly detail: string }
  | { readonly is: 'forced'; readonly detail: string }
  | { readonly is: 'stranger' }
  | { readonly is: 'unreplayable'; readonly detail: string };

export interface SweepActivities {
  survey(input: { readonly now: Ms; readonly stuckAfterMs: Ms }): Promise<Survey>;
  scan(input: { readonly url: string; readonly most: number; readonly requestTimeoutMs: Ms }): Promise<Scan>;
  /** In the order of the ids. */
  takeUp(input: { readonly ids: readonly string[] }): Promise<Settled[]>;
  /** At the siblings of the list, in the order of the entries. */
  settle(input: {
    readonly url: string;
    readonly entries: readonly Settlement[];
    readonly requestTimeoutMs: Ms;
    readonly safetyMs: Ms;
  }): Promise<Settled[]>;
}
