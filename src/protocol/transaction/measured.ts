/**
 * Owns what is measured of a transaction that has ended: what became of it, how long each part took. A projection of the state and of
 * the times at which it was in each stage; nothing of a payload or a URL is in it (I11).
 */
import { type Ms, type Phase } from '../wire/phases';
import { type Heuristic, type Status, heuristicOf, statusOf } from './outcome';
import { type ReasonCode, type Stage, type Transaction, phaseOf } from './state';

export interface Measured {
  readonly status: Status;
  /** Why it rolled back. */
  readonly reason?: ReasonCode;
  readonly heuristic?: Heuristic;
  /** From `createdAt` to `endedAt`. */
  readonly totalMs: Ms;
  readonly phases: readonly { readonly phase: Phase; readonly ms: Ms }[];
  /** Until all locks were held, or that was given up. Absent where it asked for none. */
  readonly locksMs?: Ms;
}

/** How long the transaction was in a stage, each of them once and in order. */
export interface Stay {
  readonly stage: Stage;
  readonly ms: Ms;
}

/** Since when a run that begins here has been in its stage: one that takes a transaction up goes on with what was begun before. */
export function stageSince(t: Transaction, now: Ms): Ms {
  if (t.stage === 'acquiringLocks' || t.stage === 'preparing') return t.accepted.createdAt;
  return t.decidedAt ?? now;
}

export function measured(t: Transaction, stays: readonly Stay[]): Measured {
  const { reason } = t;
  const heuristic = heuristicOf(t);
  const locks = stays.find(({ stage }) => stage === 'acquiringLocks');
  return {
    status: statusOf(t),
    totalMs: Math.max((t.endedAt ?? t.accepted.createdAt) - t.accepted.createdAt, 0),
    phases: stays.flatMap(({ stage, ms }) => {
      const phase = phaseOf[stage];
      return phase === undefined ? [] : [{ phase, ms }];
    }),
    ...(reason === undefined ? {} : { reason: reason.code }),
    ...(heuristic === undefined ? {} : { heuristic }),
    ...(locks === undefined ? {} : { locksMs: locks.ms }),
  };
}
