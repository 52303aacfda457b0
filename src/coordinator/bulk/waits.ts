/**
 * Owns who a transaction waits for right now, by `describe` alone: the newest call of each participant that is pending in Temporal is the one that the
 * workflow wants, with or without a worker. What was written down in the memo may be older, so of it only names and URLs count, and in a round
 * who has answered.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type Engine } from '../../engine/engine';
import { type Memo, memoOf } from '../../engine/facts/memo';
import { type ParticipantDocument, type TransactionDocument } from '../../protocol/client/document';
import { type Decision, type Phase } from '../../protocol/wire/phases';
import { given } from '../../protocol/wire/given';
import { hostOf } from '../../protocol/wire/urls';
import { describedDocument } from '../transaction/describe';
import { type PendingCall, pendingCalls } from '../transaction/pending';

export interface Waiting {
  readonly phase: Phase;
  readonly host: string;
  readonly participant: ParticipantDocument;
}

export interface Waits {
  readonly document: TransactionDocument;
  readonly waiting: readonly Waiting[];
  /** Absent where nothing is decided yet. */
  readonly decision?: Decision;
}

export function waitsOf(way: Pick<Engine, 'cliOptions'>, description: WorkflowExecutionDescription): Waits {
  const document = describedDocument(way, description);
  const calls = pendingCalls(description);
  const waiting = document.participants.flatMap(participant => {
    const phase = phaseOfCall(participant, calls);
    return phase === undefined ? [] : [{ phase, host: hostOf(participant.url), participant }];
  });
  return { document, waiting, ...given({ decision: decisionOf(document, memoOf(description), calls) }) };
}

/** What was written down of it, or what only follows it: a rollback, and a commit that is not provisional. */
function decisionOf(
  { decision }: TransactionDocument,
  { provisional }: Pick<Memo, 'provisional'>,
  calls: readonly PendingCall[],
): Decision | undefined {
  const phases = calls.map(({ phase }) => phase);
  if (decision !== null) return decision;
  if (phases.includes('rollback')) return 'rollback';
  return phases.includes('commit') && !provisional ? 'commit' : undefined;
}

/** Its own call, or its place in a round that it has not answered. */
function phaseOfCall({ name, state }: ParticipantDocument, calls: readonly PendingCall[]): Phase | undefined {
  const own = calls.find(call => call.participant === name);
  if (own !== undefined) return own.phase;
  const round = calls.find(call => call.participant === undefined);
  return round !== undefined && state === stateIn[round.phase] ? round.phase : undefined;
}

export const stateIn = { prepare: 'preparing', commit: 'committing', rollback: 'rollingBack' } as const;
