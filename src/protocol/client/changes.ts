/**
 * Owns the number of changes that a transaction has been through, of those that events tell (PROTOCOL §3): of `state`, `status`,
 * `needsAttention` and each participant's `state`.
 *
 * Nobody counts: it is how far along its way a document stands, which the document says itself. So it is the same in every process,
 * after a restart, and after the transaction was taken up again. What a transaction passes over counts as passed, and what may come
 * and go (attention) counts for a participant once it is settled, so that the number grows with whatever adds up. It falls only where
 * the document itself takes something back: a pause ends, a round is lost with its worker.
 */
import { type ParticipantState, type TransactionDocument } from './document';

/** Steps of a participant: asked, answered, told the decision, and settled, by when attention has come and gone. */
const settled = 5;
const steps: Readonly<Record<ParticipantState, number>> = {
  waiting: 0,
  preparing: 1,
  prepared: 2,
  refused: 2,
  unanswered: 2,
  committing: 3,
  rollingBack: 3,
  committed: settled,
  rolledback: settled,
  forced: settled,
};

export function changesOf(document: TransactionDocument): number {
  const { status, needsAttention, participants } = document;
  const own = participants.reduce((sum, { state }) => sum + steps[state], 0);
  return own + stepsOf(document) + (status === 'pending' ? 0 : 1) + (needsAttention ? 1 : 0);
}

/** An interruption comes with attention, and both go when it is taken up again. */
const takenUp = 3;

/** Commits that are given up have been gone through before the rollbacks. */
function stepsOf(document: TransactionDocument): number {
  const { reason, participants, recoveries = [], state } = document;
  const givenUp = reason?.code === 'commitFailure' ? 1 + settled * participants.length : 0;
  const interruptions = takenUp * recoveries.length + (state === 'interrupted' ? 1 : 0);
  return stageOf(document) + givenUp + interruptions;
}

function stageOf({ state, decision, locks, endedAt }: TransactionDocument): number {
  if (endedAt !== undefined) return 3;
  if (decision !== null || state === 'committing' || state === 'rollingBack') return 2;
  return locks !== undefined && state !== 'acquiringLocks' ? 1 : 0;
}

/** What has to differ for an event: two documents of one transaction with the same are told once. */
export function toldOf({ state, status, needsAttention, participants }: TransactionDocument): string {
  return [state, status, needsAttention, ...participants.map(p => p.state)].join();
}
