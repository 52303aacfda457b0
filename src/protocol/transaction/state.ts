/**
 * Owns what a transaction *is*: plain JSON data, no behaviour. It is written into Temporal's history when a transaction
 * is taken up again, so a change of shape needs a version (`stored.ts`).
 */
import { type Exposure, type Failure } from '../wire/answers';
import { type FencedLock, type LockRequest } from '../wire/locks';
import { type NotifyTerms } from '../notification/steps';
import { type NotifyEvent } from '../wire/notification';
import { type Decision, type Ms, type Phase } from '../wire/phases';

export type Name = string;

/** One participant, as accepted. Timeouts are for one request. */
export interface Target {
  readonly name: Name;
  readonly prepareUrl: string;
  readonly commitUrl: string;
  readonly rollbackUrl: string;
  readonly prepareTimeoutMs: Ms;
  readonly completionTimeoutMs: Ms;
  readonly payload?: unknown;
}

export interface CallLimits {
  /** Requests before unilateral rollback, at least 1. */
  readonly prepareAttempts: number;
  /** Requests before the transaction needs attention, at least 1. */
  readonly completionAttempts: number;
  readonly retryInitialMs: Ms;
  readonly retryMaxMs: Ms;
  /** The longest interval once attention is needed. */
  readonly attentionRetryMs: Ms;
}

export type OnCommitFailure = 'retry' | 'rollback';

/** Everything that workers may know of a transaction, fixed when it was accepted (I7). */
export interface Accepted {
  readonly createdAt: Ms;
  /** The absolute deadline of the decision; no prepare is sent after it. */
  readonly decideBy: Ms;
  /** No prepare can be on its way any more (I4). */
  readonly quietAt: Ms;
  readonly onCommitFailure: OnCommitFailure;
  readonly limits: CallLimits;
  readonly participants: readonly Target[];
  /** Absent where there are none. */
  readonly locks?: LockTerms;
  readonly labels?: Readonly<Record<string, string>>;
  readonly statusUrl?: string;
  /** Absent where nobody is told. */
  readonly notify?: NotifyPlan;
  /** A heuristic outcome is set as a search attribute: the namespace has it. Absent where it was not seen to, or an older version accepted. */
  readonly listsHeuristic?: true;
  /** The same of its status. Also: what a list cannot tell of it by search attributes is in the memo at its end. */
  readonly listsStatus?: true;
}

/** Who is told of what. */
export interface NotifyPlan {
  readonly url: string;
  /** At least one, each once. */
  readonly on: readonly NotifyEvent[];
  readonly terms: NotifyTerms;
}

export interface LockTerms {
  /** At least one, in the order in which they are acquired (`byResource`). */
  readonly asked: readonly LockRequest[];
  /** All are held by then, or it rolls back; not after `decideBy`. */
  readonly by: Ms;
}

export interface HeldLock extends FencedLock {
  readonly at: Ms;
}

/** How far a transaction with locks has come with them (I12). */
export interface Locking {
  /** A call that acquires what is still wanted is open. */
  readonly call?: { readonly nth: number };
  readonly calls: number;
  readonly held: readonly HeldLock[];
  /** That many of those asked for, from the first, may know of this transaction, and are told when it has ended. */
  readonly reached: number;
  /** The one whose turn it is, and what its lock said when it was asked. */
  readonly waitsFor?: WaitsFor;
  /** All that were reached have been told that it has ended. */
  readonly released: boolean;
}

export interface WaitsFor {
  readonly resource: string;
  readonly since: Ms;
  readonly heldBy: readonly string[];
  /** So many wait before it. */
  readonly ahead: number;
}

/** *round*: everyone in one activity. *own*: one participant in its own activity, under Temporal's retry policy. */
export type Lane = 'round' | 'own';

/** A call is open from the moment it is wanted until it ended; nothing else is sent to that participant meanwhile (I4). */
export interface Call {
  readonly phase: Phase;
  readonly lane: Lane;
  /** Tells this call from the participant's others of the phase. */
  readonly nth: number;
  /** Requests of this phase before this call, since the last `retryNow`. */
  readonly sentBefore: number;
  /** Retried for ever, with attention raised; else up to the configured attempts. */
  readonly endless: boolean;
  /** The failure that the first attempt rethrows instead of sending: backoff and count go on from there. */
  readonly handover?: Failure & { readonly at?: Ms };
  /** To be cut off and called again at once: its requests counted from nothing, or on. */
  readonly restart?: 'countAnew' | 'countOn';
  /** Sent when no prepare could be on its way any more: its acknowledgement is final for a loose participant (I4). */
  readonly late: boolean;
  /** One request is enough, whatever it brings (a forced participant's late rollback, I4). */
  readonly once: boolean;
  /** Nothing is decided by it (`shown.ts`). */
  readonly shown?: Shown;
}

/** What Temporal had of a call when somebody acted on the transaction. */
export interface Shown {
  /** Requests that the call had sent. */
  readonly requests: number;
  /** Of its last attempt that was over. */
  readonly failure?: DatedFailure;
}

export interface ShownCall extends Shown {
  /** The key of the call. */
  readonly key: string;
}

export type DatedFailure = Failure & { readonly at: Ms };

export type ForcedOutcome = 'committed' | 'rolledback' | 'unknown';

/** Settled by an operator instead of an answer; recorded beside the decision, never over it (I2). */
export interface Forced {
  readonly outcome: ForcedOutcome;
  readonly by: string;
  readonly reason: string;
  readonly at: Ms;
}

export interface Participant {
  readonly target: Target;
  readonly vote: 'none' | 'yes' | 'no';
  readonly call?: Call;
  /** The number of the participant's last call. */
  readonly calls: number;
  readonly exposure: Readonly<Record<Phase, Exposure>>;
  /** Requests of the current phase in calls that have ended, since the last `retryNow`. */
  readonly attempts: number;
  /** Requests of the phase that `attempts` leaves out; they are shown with those, and nothing is decided by them. */
  readonly uncounted?: number;
  /** Its attempts of a phase that may give up are used up: rollback is due. */
  readonly gaveUp?: 'unavailable' | 'deadline';
  /** One rollback request has ended (I5). */
  readonly rollbackTried: boolean;
  readonly acknowledged?: Decision;
  /** A rollback sent after `quietAt` was acknowledged, or was enough (I4). */
  readonly lateDone: boolean;
  /** Tried as often as configured; stays set once it is, so that a reported status never changes (I5). */
  readonly attention: boolean;
  readonly forced?: Forced;
  /** An answer that came after the operator's word and says otherwise. */
  readonly contradiction?: { readonly answer: Decision; readonly at: Ms };
  readonly lastFailure?: DatedFailure;
}

export type Stage = 'acquiringLocks' | 'preparing' | 'committing' | 'rollingBack' | 'ended';

export const reasonCodes = [
  'refused',
  'unavailable',
  'deadline',
  'aborted',
  'lockTimeout',
  'commitFailure',
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

/** Why a transaction rolls back. */
export interface Reason {
  readonly code: ReasonCode;
  readonly participant?: Name;
  readonly detail?: string;
}

/** One thing that somebody asked for, and whether it took effect. */
export interface OperatorAction {
  /** `abort`, `retryNow`, `resolve`, or the name of a signal that nobody knows. */
  readonly action: string;
  readonly by: string;
  readonly at: Ms;
  readonly reason?: string;
  readonly participant?: Name;
  readonly outcome?: ForcedOutcome;
  /** Why it was ignored; absent where it took effect. */
  readonly ignored?: string;
  /** How often it was said without anything else in between, where more than once; `at` is the last time. */
  readonly times?: number;
}

/** One of its events that somebody is told of. */
export interface Notice {
  readonly event: NotifyEvent;
  readonly at: Ms;
  /** The workflow that tells it is there. */
  readonly started: boolean;
}

/** The transaction was taken up again, after the run `from` had ended abnormally in Temporal. */
export interface Recovery {
  readonly at: Ms;
  readonly from: string;
  /** How that run ended: `terminated`, `failed`, … */
  readonly why: string;
}

export interface Transaction {
  readonly id: string;
  readonly accepted: Accepted;
  readonly stage: Stage;
  readonly decision?: Decision;
  readonly decidedAt?: Ms;
  readonly endedAt?: Ms;
  readonly reason?: Reason;
  /** The calls of the phase that follows the decision have been opened. */
  readonly completing: boolean;
  /** `quietAt` has passed. */
  readonly quiet: boolean;
  readonly participants: readonly Participant[];
  /** There where `accepted.locks` is. */
  readonly locking?: Locking;
  /** The newest ones, bounded; `actionCount` counts all. */
  readonly actions: readonly OperatorAction[];
  readonly actionCount: number;
  /** The newest ones, bounded; absent where there was none. */
  readonly recoveries?: readonly Recovery[];
  /** Those that came about of the events that `accepted.notify` names; absent where none has. */
  readonly notices?: readonly Notice[];
}

export const phaseOf: Readonly<Record<Stage, Phase | undefined>> = {
  acquiringLocks: undefined,
  preparing: 'prepare',
  committing: 'commit',
  rollingBack: 'rollback',
  ended: undefined,
};

/** Nothing is decided, and no participant was told a decision: it can still be aborted. */
export function isUndecided(t: Transaction): boolean {
  return t.stage === 'acquiringLocks' || t.stage === 'preparing';
}

/** Commit is provisional: exhaustion of one participant's attempts rolls the others back (PROTOCOL §2). */
export function isProvisional(t: Transaction): boolean {
  return t.accepted.onCommitFailure === 'rollback';
}

/** *Loose* (I4): a prepare request of it may still be on its way. */
export function isLoose(p: Participant): boolean {
  return p.exposure.prepare.unanswered;
}

export function isSettled(p: Participant): boolean {
  return p.acknowledged !== undefined || p.forced !== undefined;
}

/** Phase two waits for this participant. */
export function isOutstanding(t: Transaction, p: Participant): boolean {
  if (t.stage === 'committing') return !isSettled(p);
  if (t.stage !== 'rollingBack') return false;
  return p.exposure.prepare.reached && (!isSettled(p) || owesLateRollback(p));
}

/** It gets one more rollback once no prepare can be on its way (I4). One that is known to have committed does not. */
export function owesLateRollback(p: Participant): boolean {
  return isLoose(p) && !p.lateDone && p.acknowledged !== 'commit';
}
