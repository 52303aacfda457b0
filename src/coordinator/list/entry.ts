/**
 * Owns what a list says of a transaction: what its run's memo and search attributes tell.
 *
 * I5: nothing is told that is not durable, and nothing that is more than the document: both are upserted with what they tell of, in one
 * workflow task. So this is the document as it was at the last upsert, or at the start.
 */
import { type VisibleRun } from '../../engine/ask';
import { memoOf } from '../../engine/facts/memo';
import { heuristicKey, transactionStateKey, transactionStatusKey } from '../../engine/facts/searchAttributes';
import { runState } from '../../engine/facts/status';
import { type ParticipantDocument, type TransactionDocument } from '../../protocol/client/document';
import { type ListedParticipant, type ListedTransaction } from '../../protocol/client/listed';
import { given } from '../../protocol/wire/given';
import { timestamp } from '../../protocol/wire/phases';
import { hostOf } from '../../protocol/wire/urls';
import { writtenDocument } from '../transaction/describe';

export function entryOf(run: VisibleRun): ListedTransaction {
  const written = writtenDocument(run.workflowId, memoOf(run));
  switch (runState(run.status)) {
    case 'running':
      return listed(written);
    case 'paused':
      return listed({ ...written, needsAttention: true });
    case 'ended':
      return endedEntry(run, written) ?? interrupted(written);
    case 'interrupted':
      return interrupted(written);
  }
}

/** Somebody else ended it, or another program's worker did: a person has to look. What was reported stays so (I5). */
function interrupted(written: TransactionDocument): ListedTransaction {
  return listed({ ...written, state: 'interrupted', needsAttention: true });
}

/** Undefined where it did not come to its own end. */
function endedEntry(run: VisibleRun, written: TransactionDocument): ListedTransaction | undefined {
  const state = textOf(run, transactionStateKey.name);
  if (state !== 'committed' && state !== 'rolledback') return undefined;
  if (written.endedAt !== undefined) return listed(written);
  const heuristic = textOf(run, heuristicKey.name) as TransactionDocument['heuristic'];
  const { id, createdAt, decideBy } = written;
  return {
    ...{ id, status: state, state, decision: state === 'committed' ? 'commit' : 'rollback' },
    needsAttention: false,
    ...given({ heuristic, reason: written.reason }),
    ...{ createdAt, decideBy, endedAt: timestamp(run.closedAt ?? run.startedAt) },
    ...given({ labels: written.labels }),
    participants: written.participants.map(participantOf(run, state)),
  };
}

/**
 * Where a transaction upserts its memo at its end unless all came to the same (`workflows/transaction/publish.ts`), all did: its status is
 * listed then. Of another one is told who was seen to have come to an end.
 */
function participantOf(
  run: VisibleRun,
  state: 'committed' | 'rolledback',
): (participant: ParticipantDocument) => ListedParticipant {
  const cameToTheSame =
    textOf(run, transactionStatusKey.name) === state && memoOf(run).progress === undefined;
  return participant => {
    if (cameToTheSame) return { ...listedParticipant(participant), state };
    if (settled.includes(participant.state)) return listedParticipant(participant);
    const { name, url } = participant;
    return { name, host: hostOf(url) };
  };
}

const settled: readonly string[] = ['committed', 'rolledback', 'forced'];

function listed(document: TransactionDocument): ListedTransaction {
  const { id, status, state, decision, needsAttention, createdAt, decideBy, participants } = document;
  const { heuristic, reason, endedAt, labels } = document;
  return {
    ...{ id, status, state, decision, needsAttention },
    ...given({ heuristic, reason }),
    ...{ createdAt, decideBy },
    ...given({ endedAt, labels }),
    participants: participants.map(listedParticipant),
  };
}

function listedParticipant({ name, url, state }: ParticipantDocument): ListedParticipant {
  return { name, host: hostOf(url), state };
}

/** Older servers give a list of one. */
function textOf({ searchAttributes }: VisibleRun, name: string): string | undefined {
  const value = searchAttributes[name];
  const text: unknown = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text : undefined;
}
