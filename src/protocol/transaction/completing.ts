/**
 * Owns the second phase: commit or rollback to everyone it is due to, until each acknowledged or was forced.
 *
 * I2: no rollback follows a commit decision; in provisional mode nothing is decided until all acknowledged or one gave up.
 * I3: rollback goes to every participant that may have been sent prepare, until it acknowledges.
 * I4: it is opened when no call of an earlier phase is open, and a loose participant gets one more after `quietAt`.
 */
import { workerLost } from '../wire/answers';
import { type Ms } from '../wire/phases';
import {
  type EndedCall,
  countedAnew,
  handOver,
  isSpent,
  openCall,
  restartCall,
  withParticipants,
} from './calls';
import { type Ending } from './events';
import { decideRollback, reasonOf } from './preparing';
import {
  type Call,
  type Participant,
  type Transaction,
  isOutstanding,
  isProvisional,
  isSettled,
  owesLateRollback,
  phaseOf,
} from './state';

/** What the ending of a commit or rollback call says of the participant; facts only add up. */
export function noteAnswer(t: Transaction, p: Participant, ended: EndedCall): Participant {
  const tried = ended.phase === 'rollback' && isOver(ended.ending);
  const lateDone = p.lateDone || endsLateRollback(p, ended.call, ended.ending);
  const noted = { ...p, rollbackTried: p.rollbackTried || tried, lateDone };
  return isAnswer(ended.ending) ? noteAcknowledgement(noted, ended) : noteExhaustion(t, noted, ended);
}

function isAnswer({ is }: Ending): boolean {
  return is === 'done' || is === 'foundCommitted';
}

function noteAcknowledgement(p: Participant, { phase, ending, now }: EndedCall): Participant {
  const answer = ending.is === 'foundCommitted' || phase === 'commit' ? 'commit' : 'rollback';
  const known = p.acknowledged ?? forcedDecision(p);
  const against = known !== undefined && known !== answer;
  const contradiction = against ? { contradiction: { answer, at: now } as const } : {};
  return { ...p, ...contradiction, acknowledged: p.acknowledged ?? answer };
}

/** Attempts used up: attention and no limit any more, or in provisional mode the commit is given up. */
function noteExhaustion(t: Transaction, p: Participant, { phase, call, ending }: EndedCall): Participant {
  const spent = isSpent(p, ending, t.accepted.limits.completionAttempts);
  if (!spent || call.restart !== undefined || p.forced !== undefined || phase !== phaseOf[t.stage]) return p;
  return phase === 'commit' && isProvisional(t) ? { ...p, gaveUp: 'unavailable' } : { ...p, attention: true };
}

/** The next call of a participant that phase two still waits for. */
export function tellAgain(t: Transaction, p: Participant, { phase, call, ending }: EndedCall): Participant {
  const owed = !isSettled(p) || (call.late && owesLateRollback(p));
  if (!owed || p.forced !== undefined) return p;
  if (call.restart === undefined && ending.why !== undefined && ending.is !== 'gaveUp') {
    return handOver(t, p, { call, why: ending.why });
  }
  const again = call.restart === 'countOn' ? p : countedAnew(p);
  const late = phase === 'rollback' && t.quiet;
  return openCall(again, phase, { sentBefore: again.attempts, endless: p.attention, late });
}

function forcedDecision(p: Participant): 'commit' | 'rollback' | undefined {
  if (p.forced === undefined || p.forced.outcome === 'unknown') return undefined;
  return p.forced.outcome === 'committed' ? 'commit' : 'rollback';
}

/** I4: acknowledged; or forced, then one request is enough, or the operator cut it off after `quietAt`. */
function endsLateRollback(p: Participant, call: Call, ending: Ending): boolean {
  if (call.phase !== 'rollback' || !call.late) return false;
  return isAnswer(ending) || (p.forced !== undefined && (!call.once || isOver(ending)));
}

/** A request was sent and is known to have ended: not one that found no place, was lost with its worker or cut off. */
function isOver(ending: Ending): boolean {
  return ending.requests > 0 && ending.is !== 'gaveUp' && ending.why?.code !== workerLost;
}

/** Provisional mode: one participant's attempts ran out, once and for all; the other commits are given up. */
export function giveUpCommit(t: Transaction, now: Ms): Transaction {
  if (t.stage !== 'committing' || !isProvisional(t)) return t;
  const gone = t.participants.find(p => p.gaveUp !== undefined);
  return gone === undefined ? t : decideRollback(t, reasonOf('commitFailure', gone), now);
}

/** Opens the round of the phase that follows the decision, once no call of another phase is open (I4). */
export function beginCompletion(t: Transaction): Transaction {
  const phase = phaseOf[t.stage];
  if (t.completing || phase === undefined || phase === 'prepare') return t;
  if (t.participants.some(p => p.call !== undefined)) return t;
  return withParticipants({ ...t, completing: true }, p => {
    const due = phase === 'commit' || (p.exposure.prepare.reached && !isSettled(p));
    const late = phase === 'rollback' && t.quiet;
    return due ? openCall(countedAnew(p), phase, { lane: 'round', late }) : p;
  });
}

/** `quietAt` has passed: what a loose participant is being sent now began too early to be its last rollback (I4). */
export function becomeQuiet(t: Transaction): Transaction {
  return withParticipants({ ...t, quiet: true }, p =>
    p.call?.phase === 'rollback' && !p.call.late && owesLateRollback(p) ? restartCall(p, 'countOn') : p,
  );
}

/** The late rollback of I4, for whoever owes it and has no call open. */
export function rollBackLate(t: Transaction): Transaction {
  if (t.stage !== 'rollingBack' || !t.completing || !t.quiet) return t;
  return withParticipants(t, p => {
    if (p.call !== undefined || !owesLateRollback(p)) return p;
    const once = p.forced !== undefined;
    return openCall(countedApart(p), 'rollback', {
      late: true,
      once,
      endless: p.attention && !isSettled(p),
    });
  });
}

/** The late rollback has attempts of its own; those before it are shown with them, where any of them was a rollback. */
function countedApart(p: Participant): Participant {
  const isTold = p.rollbackTried || p.exposure.rollback.reached;
  return isTold ? { ...p, attempts: 0, uncounted: (p.uncounted ?? 0) + p.attempts } : countedAnew(p);
}

/** Ends the transaction when nobody is outstanding and nothing is under way. */
export function endWhenSettled(t: Transaction, now: Ms): Transaction {
  if (!t.completing || t.stage === 'ended') return t;
  if (t.locking?.call !== undefined) return t; // whether it gets a lock is not known yet
  if (t.participants.some(p => p.call !== undefined || isOutstanding(t, p))) return t;
  const decided = t.decision === undefined ? ({ decision: 'commit', decidedAt: now } as const) : {};
  return { ...t, ...decided, stage: 'ended', endedAt: now };
}
