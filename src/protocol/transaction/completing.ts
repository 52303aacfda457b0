/**
 * Owns the second phase: commit or rollback to everyone it is due to, until each acknowledged or was forced.
 *
 * I2: no rollback follows a commit decision; in provisional mode nothing is decided until all acknowledged or one gave up.
 * I3: rollback goes to every participant that may have been sent prepare, until it acknowledges.
 * I4: it is opened when no call of an earlier phase is open, and a loose participant gets one more after `quietAt`.
 */
import { workerLost } from '../wire/answers';
import { type CompletionPhase, type Ms } from '../wire/phases';
import { type Failed, handOver, openCall, restartCall, withParticipants } from './calls';
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

interface Ended {
  readonly phase: CompletionPhase;
  readonly call: Call;
  readonly ending: Ending;
  readonly now: Ms;
}

/** The participant after one of its commit or rollback calls ended; `p` is without the call. */
export function completionEnded(t: Transaction, p: Participant, ended: Ended): Participant {
  const told = noteAnswer(p, ended);
  const answered = ended.ending.is === 'done' || ended.ending.is === 'foundCommitted';
  if (answered || ended.phase !== phaseOf[t.stage] || told.forced !== undefined) return told;
  const owed = !isSettled(told) || (ended.call.late && owesLateRollback(told));
  return owed ? goOn(t, told, ended) : told;
}

/** Records what the answer says; facts only add up. */
function noteAnswer(p: Participant, { phase, call, ending, now }: Ended): Participant {
  const tried = phase === 'rollback' && isOver(ending);
  const noted = {
    ...p,
    rollbackTried: p.rollbackTried || tried,
    lateDone: p.lateDone || endsLateRollback(p, call, ending),
  };
  if (ending.is !== 'done' && ending.is !== 'foundCommitted') return noted;
  const answer = ending.is === 'foundCommitted' ? 'commit' : phase;
  const known = p.acknowledged ?? forcedDecision(p);
  const contradiction =
    known !== undefined && known !== answer ? { contradiction: { answer, at: now } as const } : {};
  return { ...noted, ...contradiction, acknowledged: p.acknowledged ?? answer };
}

function forcedDecision(p: Participant): 'commit' | 'rollback' | undefined {
  if (p.forced === undefined || p.forced.outcome === 'unknown') return undefined;
  return p.forced.outcome === 'committed' ? 'commit' : 'rollback';
}

/** I4: acknowledged; or forced, then one request is enough, or the operator cut it off after `quietAt`. */
function endsLateRollback(p: Participant, call: Call, ending: Ending): boolean {
  if (call.phase !== 'rollback' || !call.late) return false;
  if (ending.is === 'done' || ending.is === 'foundCommitted') return true;
  return p.forced !== undefined && (!call.once || isOver(ending));
}

/** A request was sent and is known to have ended: not one that was lost with its worker or cut off. */
function isOver(ending: Ending): boolean {
  return ending.is !== 'gaveUp' && ending.why?.code !== workerLost;
}

function goOn(t: Transaction, p: Participant, { phase, call, ending }: Ended): Participant {
  const options = { endless: p.attention, late: phase === 'rollback' && t.quiet };
  if (call.restart || ending.is === 'gaveUp') return openCall({ ...p, attempts: 0 }, phase, options);
  const why = ending.why ?? { code: 'unknown', message: 'no answer' };
  const spent = ending.is === 'spent' || p.attempts >= t.accepted.limits.completionAttempts;
  return spent ? exhausted(t, p, { call, why }) : handOver(t, p, { call, why });
}

/** Attempts used up: attention and no limit any more, or in provisional mode the commit is given up. */
function exhausted(t: Transaction, p: Participant, failed: Failed): Participant {
  if (failed.call.phase === 'commit' && isProvisional(t)) return { ...p, gaveUp: 'unavailable' };
  return handOver(t, { ...p, attention: true }, failed);
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
  if (
    t.completing ||
    phase === undefined ||
    phase === 'prepare' ||
    t.participants.some(p => p.call !== undefined)
  )
    return t;
  return withParticipants({ ...t, completing: true }, p => {
    const due = phase === 'commit' || (p.exposure.prepare.reached && !isSettled(p));
    const late = phase === 'rollback' && t.quiet;
    return due ? openCall({ ...p, attempts: 0 }, phase, { lane: 'round', late }) : p;
  });
}

/** `quietAt` has passed: what a loose participant is being sent now began too early to be its last rollback (I4). */
export function becomeQuiet(t: Transaction): Transaction {
  return withParticipants({ ...t, quiet: true }, p =>
    p.call?.phase === 'rollback' && !p.call.late && owesLateRollback(p) ? restartCall(p) : p,
  );
}

/** The late rollback of I4, for whoever owes it and has no call open. */
export function rollBackLate(t: Transaction): Transaction {
  if (t.stage !== 'rollingBack' || !t.completing || !t.quiet) return t;
  return withParticipants(t, p => {
    if (p.call !== undefined || !owesLateRollback(p)) return p;
    const once = p.forced !== undefined;
    return openCall({ ...p, attempts: 0 }, 'rollback', { late: true, once, endless: p.attention && !once });
  });
}

/** Ends the transaction when nobody is outstanding and nothing is under way. */
export function endWhenSettled(t: Transaction, now: Ms): Transaction {
  if (!t.completing || t.stage === 'ended') return t;
  if (t.participants.some(p => p.call !== undefined || isOutstanding(t, p))) return t;
  const decided = t.decision === undefined ? ({ decision: 'commit', decidedAt: now } as const) : {};
  return { ...t, ...decided, stage: 'ended', endedAt: now };
}
