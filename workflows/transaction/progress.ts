/** Owns what the memo and the search attributes hold while a transaction is in trouble, and when it ended. */
import { type SearchAttributePair, SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { type TransactionDocument } from '../../src/protocol/client/document';

export const transactionStateKey = defineSearchAttributeKey('TransactionState', SearchAttributeType.KEYWORD);
export const needsAttentionKey = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL);
export const participantHostsKey = defineSearchAttributeKey(
  'ParticipantHosts',
  SearchAttributeType.KEYWORD_LIST,
);

/** What the memo tells of a transaction in trouble when no worker answers; the rest stands in the memo from its start. */
export type Progress = Omit<TransactionDocument, 'id' | 'createdAt' | 'decideBy' | 'labels'>;

export function progressOf(d: TransactionDocument): Progress {
  const { status, state, decision, needsAttention, participants } = d;
  return {
    ...{ status, state, decision, needsAttention, participants },
    ...(d.reason === undefined ? {} : { reason: d.reason }),
    ...(d.heuristic === undefined ? {} : { heuristic: d.heuristic }),
    ...(d.locks === undefined ? {} : { locks: d.locks }),
    ...(d.decidedAt === undefined ? {} : { decidedAt: d.decidedAt }),
    ...(d.endedAt === undefined ? {} : { endedAt: d.endedAt }),
    ...(d.actions === undefined ? {} : { actions: d.actions }),
    ...(d.recoveries === undefined ? {} : { recoveries: d.recoveries }),
  };
}

export function searchAttributesOf(document: TransactionDocument): SearchAttributePair[] {
  const hosts = fitting([...new Set(document.participants.map(p => new URL(p.url).host))]);
  return [
    { key: transactionStateKey, value: document.state },
    { key: needsAttentionKey, value: document.needsAttention },
    { key: participantHostsKey, value: hosts },
  ];
}

/** Temporal ends a workflow whose search attribute is over 2 KiB (as JSON): the hosts beyond are not listed. */
const mostBytes = 1900;

function fitting(hosts: readonly string[]): string[] {
  let bytes = 2;
  return hosts.filter(host => (bytes += host.length + 3) <= mostBytes);
}
