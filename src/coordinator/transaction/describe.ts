/**
 * Owns the document made of `describe` alone: of a transaction that no worker answers for, or that was ended from outside.
 * It knows less than the workflow, and never says more than is certain.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import {
  type LockStateDocument,
  type ParticipantState,
  type TransactionDocument,
} from '../../protocol/client/document';
import { type LockRequest } from '../../protocol/wire/locks';
import { type Phase } from '../../protocol/wire/phases';
import { plain } from '../../protocol/wire/plainText';
import { type Engine } from '../../engine/engine';
import { type Memo, type Progress, memoOf } from '../../engine/facts/memo';
import { runState, unpauseCommand } from '../../engine/facts/status';
import { rfc3339 } from '../../engine/facts/time';
import { type PendingCall, overlay, pendingCalls } from './pending';
import { given } from '../../protocol/wire/given';

/** Commands of the CLI are shown in it: they say where its Temporal is. */
type Way = Pick<Engine, 'cliOptions'>;

export function describedDocument(way: Way, description: WorkflowExecutionDescription): TransactionDocument {
  const calls = pendingCalls(description);
  const document = writtenDocument(description.workflowId, memoOf(description), calls);
  switch (runState(description.status.name)) {
    case 'running':
      return overlay(document, calls);
    case 'paused':
      return paused(way, overlay(document, calls), description);
    case 'ended':
    case 'interrupted':
      return interrupted(document);
  }
}

/** What was written down of it. @param calls under way, which tell the phase where nothing was written down since its start */
export function writtenDocument(
  id: string,
  memo: Memo,
  calls: readonly PendingCall[] = [],
): TransactionDocument {
  const { createdAt, decideBy, labels } = memo;
  return { id, createdAt, decideBy, ...given({ labels }), ...(memo.progress ?? early(memo, calls)) };
}

/** It goes on where it is once somebody unpauses it, and keeps its locks until then. */
function paused(
  way: Way,
  document: TransactionDocument,
  { workflowId, raw }: WorkflowExecutionDescription,
): TransactionDocument {
  const { identity, pausedTime, reason } = raw.workflowExtendedInfo?.pauseInfo ?? {};
  const what = { by: said(identity), at: rfc3339(pausedTime), reason: said(reason) };
  return {
    ...document,
    needsAttention: true,
    paused: { ...given(what), unpause: unpauseCommand(way, workflowId) },
  };
}

/** Whoever reaches Temporal writes what he likes; what is empty was not said. */
function said(text: string | null | undefined): string | undefined {
  return text ? plain(text) : undefined;
}

/** Ended from outside in Temporal: a person must look. What was reported before stays reported (I5). */
function interrupted(document: TransactionDocument): TransactionDocument {
  return { ...document, state: 'interrupted', needsAttention: true };
}

const states: Readonly<Record<Phase, TransactionDocument['state'] & ParticipantState>> = {
  prepare: 'preparing',
  commit: 'committing',
  rollback: 'rollingBack',
};

/** No trouble was written down so far: the pending call, if any, tells the phase. */
function early(memo: Memo, calls: readonly PendingCall[]): Progress {
  if (memo.locks !== undefined && calls.length === 0) return acquiring(memo.locks, memo);
  return {
    ...inPhase(memo, calls),
    ...(memo.locks === undefined ? {} : { locks: asked(memo.locks, 'held') }),
  };
}

function acquiring(locks: readonly LockRequest[], { participants }: Memo): Progress {
  return {
    status: 'pending',
    state: 'acquiringLocks',
    decision: null,
    needsAttention: false,
    locks: asked(locks, 'wanted'),
    participants: participants.map(p => ({ ...p, state: 'waiting', attempts: 0 })),
  };
}

/** Somebody is asked only when all of them are held (I12). */
function asked(locks: readonly LockRequest[], state: 'wanted' | 'held'): LockStateDocument[] {
  return locks.map(each => ({ ...each, state }));
}

function inPhase({ participants, provisional }: Memo, [call]: readonly PendingCall[]): Progress {
  const phase = call?.phase ?? 'prepare';
  const decision = phase === 'prepare' || (phase === 'commit' && provisional) ? null : phase;
  const state = call === undefined ? 'waiting' : states[phase];
  return {
    status: 'pending',
    state: states[phase],
    decision,
    needsAttention: false,
    participants: participants.map(p => ({ ...p, state, attempts: 0 })),
  };
}
