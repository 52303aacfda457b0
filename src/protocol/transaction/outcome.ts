/**
 * Owns what is reported of a transaction's outcome: status, attention, heuristic. All are projections of the state.
 *
 * I5: `committed` when everyone acknowledged or was forced; `rolledback` when rollback is decided and nobody holds the
 *     report back. What they are computed from only adds up, so a reported status never changes.
 */
import { type Decision } from '../wire/phases';
import {
  type ForcedOutcome,
  type Participant,
  type Transaction,
  isOutstanding,
  isProvisional,
  isSettled,
} from './state';

export type Status = 'pending' | 'committed' | 'rolledback';

export function statusOf(t: Transaction): Status {
  if (t.decision === 'commit') return t.participants.every(isSettled) ? 'committed' : 'pending';
  if (t.decision === undefined || !t.completing) return 'pending';
  return t.participants.some(p => p.exposure.prepare.reached && holdsReportBack(p))
    ? 'pending'
    : 'rolledback';
}

function holdsReportBack(p: Participant): boolean {
  if (isSettled(p) || p.attention) return false;
  return p.vote === 'yes' || !p.rollbackTried;
}

export function needsAttention(t: Transaction): boolean {
  return t.participants.some(p => isOutstanding(t, p) && p.attention && isInTrouble(p));
}

/** One that acknowledged and merely owes its late rollback is not, until that has used up its attempts too. */
function isInTrouble(p: Participant): boolean {
  return !isSettled(p) || p.call?.endless === true;
}

export type Heuristic = 'mixed' | 'hazard';

/** XA's heuristics (X/Open XA §3.3): somebody ended, or may have ended, otherwise than decided. */
export function heuristicOf(t: Transaction): Heuristic | undefined {
  return worstOf(t.participants.map(p => heuristicOfOne(t, p)));
}

export function worstOf(each: readonly (Heuristic | undefined)[]): Heuristic | undefined {
  return each.find(is => is === 'mixed') ?? each.find(is => is === 'hazard');
}

/** Of this one; where it is `mixed`, it is the one that ended otherwise. */
export function heuristicOfOne(t: Transaction, p: Participant): Heuristic | undefined {
  if (endedAgainst(t, p)) return 'mixed';
  const gaveUp = isProvisional(t) && t.decision === 'rollback' && p.exposure.commit.reached;
  return gaveUp ? 'hazard' : heuristicOfForced(t.decision, p.forced?.outcome);
}

/** By the operator's word alone, whatever it has answered; a word in favour of what is yet to be decided is none. */
export function heuristicOfForced(
  decision: Decision | undefined,
  forced: ForcedOutcome | undefined,
): Heuristic | undefined {
  if (forced === undefined) return undefined;
  if (forced === 'unknown') return 'hazard';
  return decision === undefined || forced === outcomeOf[decision] ? undefined : 'mixed';
}

const outcomeOf = { commit: 'committed', rollback: 'rolledback' } as const;

function endedAgainst(t: Transaction, p: Participant): boolean {
  if (t.decision === undefined) return false;
  const other = t.decision === 'commit' ? 'rollback' : 'commit';
  const isForcedOther = heuristicOfForced(t.decision, p.forced?.outcome) === 'mixed';
  return isForcedOther || p.acknowledged === other || p.contradiction?.answer === other;
}
