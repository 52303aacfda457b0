/** Owns the projection of a transaction's state to the document that people read (PROTOCOL §3). */
import {
  type ActionDocument,
  type LateRollbackDocument,
  type LockStateDocument,
  type ParticipantDocument,
  type ParticipantState,
  type RecoveryDocument,
  type TransactionDocument,
} from '../client/document';
import { type TransactionState } from '../client/states';
import { type Failure } from '../wire/answers';
import { type LockRequest } from '../wire/locks';
import { type Ms, timestamp } from '../wire/phases';
import { redactUrl } from '../wire/urls';
import { heuristicOf, heuristicOfOne, needsAttention, statusOf } from './outcome';
import {
  type OperatorAction,
  type Participant,
  type Recovery,
  type Transaction,
  owesLateRollback,
} from './state';
import { given } from '../wire/given';

export function documentOf(t: Transaction): TransactionDocument {
  const heuristic = heuristicOf(t);
  return {
    id: t.id,
    status: statusOf(t),
    state: stateOf(t),
    decision: t.decision ?? null,
    ...given({ reason: t.reason }),
    needsAttention: needsAttention(t),
    ...given({ heuristic }),
    createdAt: timestamp(t.accepted.createdAt),
    decideBy: timestamp(t.accepted.decideBy),
    ...(t.decidedAt === undefined ? {} : { decidedAt: timestamp(t.decidedAt) }),
    ...(t.endedAt === undefined ? {} : { endedAt: timestamp(t.endedAt) }),
    ...given({ lateRollback: lateRollbackOf(t), labels: t.accepted.labels }),
    ...locksOf(t),
    participants: t.participants.map(p => participantDocument(t, p)),
    ...(t.actions.length === 0 ? {} : { actions: t.actions.map(actionDocument) }),
    ...(t.recoveries === undefined ? {} : { recoveries: t.recoveries.map(recoveryDocument) }),
  };
}

export function stateOf(t: Transaction): TransactionState {
  if (t.stage !== 'ended') return t.stage;
  return t.decision === 'commit' ? 'committed' : 'rolledback';
}

/** Of I4: who acknowledged one before may have to forget an old prepare yet. */
function lateRollbackOf(t: Transaction): LateRollbackDocument | undefined {
  const owe = t.participants.filter(owesLateRollback);
  if (t.stage !== 'rollingBack' || !t.completing || owe.length === 0) return undefined;
  return {
    at: timestamp(t.accepted.quietAt),
    participants: owe.map(p => p.target.name),
    why: `a prepare went unanswered and may arrive late: one more rollback is due${t.accepted.locks === undefined ? '' : ', and locks are held until it is done'}`,
  };
}

function locksOf(t: Transaction): { readonly locks?: readonly LockStateDocument[] } {
  const { locks } = t.accepted;
  return locks === undefined ? {} : { locks: locks.asked.map(each => lockDocument(t, each)) };
}

function lockDocument({ stage, locking }: Transaction, { resource, mode }: LockRequest): LockStateDocument {
  const held = locking?.held.find(each => each.resource === resource);
  if (held !== undefined) {
    const state = locking?.released === true ? 'released' : 'held';
    return { resource, mode, state, fencingToken: held.fencingToken, grantedAt: timestamp(held.at) };
  }
  if (stage !== 'acquiringLocks') return { resource, mode, state: 'notHeld' };
  const { waitsFor } = locking ?? {};
  if (waitsFor?.resource !== resource) return { resource, mode, state: 'wanted' };
  const { since, heldBy, ahead } = waitsFor;
  return { resource, mode, state: 'waiting', since: timestamp(since), heldBy, ahead };
}

function participantDocument(t: Transaction, p: Participant): ParticipantDocument {
  const { forced, contradiction, lastFailure } = p;
  return {
    name: p.target.name,
    url: redactUrl(p.target.prepareUrl),
    state: participantStateOf(t, p),
    ...(p.vote === 'none' ? {} : { vote: p.vote }),
    attempts: p.attempts + (p.uncounted ?? 0),
    ...(lastFailure === undefined ? {} : { lastError: errorDocument(lastFailure) }),
    ...(forced === undefined ? {} : { forced: { ...forced, at: timestamp(forced.at) } }),
    ...(contradiction === undefined
      ? {}
      : { contradiction: { ...contradiction, at: timestamp(contradiction.at) } }),
    ...given({ heuristic: heuristicOfOne(t, p) }),
  };
}

export function errorDocument({
  code,
  status,
  message,
  at,
}: Failure & { at: Ms }): ParticipantDocument['lastError'] & object {
  return { code, ...given({ status }), message, at: timestamp(at) };
}

function actionDocument(action: OperatorAction): ActionDocument {
  return { ...action, at: timestamp(action.at) };
}

function recoveryDocument(recovery: Recovery): RecoveryDocument {
  return { ...recovery, at: timestamp(recovery.at) };
}

export function participantStateOf(t: Transaction, p: Participant): ParticipantState {
  if (p.forced !== undefined) return 'forced';
  if (p.acknowledged !== undefined) return p.acknowledged === 'commit' ? 'committed' : 'rolledback';
  if (t.stage === 'committing') return 'committing';
  if (t.stage === 'rollingBack' && t.completing && p.exposure.prepare.reached) return 'rollingBack';
  return stateBeforeDecision(p);
}

function stateBeforeDecision(p: Participant): ParticipantState {
  if (p.vote === 'yes') return 'prepared';
  if (p.vote === 'no') return 'refused';
  if (p.call?.phase === 'prepare') return 'preparing';
  return p.calls > 0 ? 'unanswered' : 'waiting';
}
