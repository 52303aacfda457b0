/**
 * Owns the first phase: votes, and the decision they lead to.
 *
 * I1: commit is decided here only, and only when every participant voted yes. The driver is a Temporal workflow: the
 *     votes and the commands that follow from them are persisted in one workflow-task completion, before a commit leaves.
 * I8: a participant's vote is yes only by an ending that says so; every other ending leads to rollback or to a retry.
 */
import { given } from '../wire/given';
import { type Ms } from '../wire/phases';
import { type EndedCall, countedAnew, handOver, isSpent, openCall, withParticipants } from './calls';
import { type Ending } from './events';
import { type Participant, type Reason, type Transaction, isProvisional } from './state';

/** What the ending of a prepare call says of the participant: its vote, or that asking it is over. */
export function noteVote(t: Transaction, p: Participant, { call, ending, now }: EndedCall): Participant {
  if (ending.is === 'yes' || ending.is === 'no') return { ...p, vote: ending.is };
  if (t.stage !== 'preparing') return p;
  if (now >= t.accepted.decideBy || isOutOfTime(ending)) return { ...p, gaveUp: 'deadline' };
  const over = call.restart === undefined && isSpent(p, ending, t.accepted.limits.prepareAttempts);
  return over ? { ...p, gaveUp: 'unavailable' } : p;
}

function isOutOfTime({ why, outOfTime }: Ending): boolean {
  return outOfTime === true || why?.code === 'deadline';
}

/** The next prepare call of a participant that has not voted. */
export function askAgain(t: Transaction, p: Participant, { call, ending }: EndedCall): Participant {
  if (p.vote !== 'none') return p;
  if (call.restart !== undefined || ending.why === undefined) return openCall(countedAnew(p), 'prepare');
  return handOver(t, p, { call, why: ending.why });
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
  return { code, participant: p.target.name, ...given({ detail: p.lastFailure?.message }) };
}

/** I2: taken once; `assertInvariants` refuses a second one. */
export function decideRollback(t: Transaction, reason: Reason, now: Ms): Transaction {
  return { ...t, stage: 'rollingBack', decision: 'rollback', decidedAt: now, reason, completing: false };
}

function startCommit(t: Transaction, now: Ms): Transaction {
  const committing = withParticipants({ ...t, stage: 'committing' }, countedAnew);
  return isProvisional(t) ? committing : { ...committing, decision: 'commit', decidedAt: now };
}
