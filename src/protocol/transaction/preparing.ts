/**
 * Owns the first phase: votes, and the decision they lead to.
 *
 * I1: commit is decided here only, and only when every participant voted yes. The driver is a Temporal workflow: the
 *     votes and the commands that follow from them are persisted in one workflow-task completion, before a commit leaves.
 * I8: a participant's vote is yes only by an ending that says so; every other ending leads to rollback or to a retry.
 */
import { type Ms } from '../wire/phases';
import { handOver, openCall, withParticipants } from './calls';
import { type Ending } from './events';
import { type Call, type Participant, type Reason, type Transaction, isProvisional } from './state';

/** The participant after one of its prepare calls ended; `p` is without the call. */
export function prepareEnded(
  t: Transaction,
  p: Participant,
  ended: { call: Call; ending: Ending; now: Ms },
): Participant {
  const { call, ending, now } = ended;
  if (ending.is === 'yes' || ending.is === 'no') return { ...p, vote: ending.is };
  if (t.stage !== 'preparing') return p;
  const late = now >= t.accepted.decideBy || ending.why?.code === 'deadline';
  if (late) return { ...p, gaveUp: 'deadline' };
  if (call.restart) return openCall({ ...p, attempts: 0 }, 'prepare');
  const why = ending.why ?? { code: 'cancelled', message: 'the request was given up' };
  const spent = ending.is === 'spent' || p.attempts >= t.accepted.limits.prepareAttempts;
  return spent ? { ...p, gaveUp: 'unavailable' } : handOver(t, p, { call, why });
}

/** Takes the decision once the votes allow it: the first no, or the last yes. */
export function decideByVotes(t: Transaction, now: Ms): Transaction {
  if (t.stage !== 'preparing') return t;
  const against = reasonAgainst(t);
  if (against !== undefined) return decideRollback(t, against, now);
  if (!t.participants.every(p => p.vote === 'yes')) return t;
  return now < t.accepted.decideBy ? startCommit(t, now) : decideRollback(t, { code: 'deadline' }, now);
}

function reasonAgainst(t: Transaction): Reason | undefined {
  const refused = t.participants.find(p => p.vote === 'no');
  if (refused !== undefined) return reasonOf('refused', refused);
  const gone = t.participants.find(p => p.gaveUp !== undefined);
  return gone?.gaveUp === undefined ? undefined : reasonOf(gone.gaveUp, gone);
}

export function reasonOf(code: Reason['code'], p: Participant): Reason {
  const detail = p.lastFailure === undefined ? {} : { detail: p.lastFailure.message };
  return { code, participant: p.target.name, ...detail };
}

/** I2: taken once; `assertInvariants` refuses a second one. */
export function decideRollback(t: Transaction, reason: Reason, now: Ms): Transaction {
  return { ...t, stage: 'rollingBack', decision: 'rollback', decidedAt: now, reason, completing: false };
}

function startCommit(t: Transaction, now: Ms): Transaction {
  const committing = withParticipants({ ...t, stage: 'committing' }, p => ({ ...p, attempts: 0 }));
  return isProvisional(t) ? committing : { ...committing, decision: 'commit', decidedAt: now };
}
