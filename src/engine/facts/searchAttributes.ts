/** Owns the search attributes of a transaction: their names, types and values (PROTOCOL §4). They stand in Temporal. */
import { type SearchAttributePair, SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { type TransactionDocument } from '../../protocol/client/document';
import { hostOf } from '../../protocol/wire/urls';

export const transactionStateKey = defineSearchAttributeKey('TransactionState', SearchAttributeType.KEYWORD);
export const needsAttentionKey = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL);
export const participantHostsKey = defineSearchAttributeKey(
  'ParticipantHosts',
  SearchAttributeType.KEYWORD_LIST,
);

/** Each of them has to be registered in the namespace. */
export const searchAttributeKeys = [transactionStateKey, needsAttentionKey, participantHostsKey] as const;

export function searchAttributesOf(document: TransactionDocument): SearchAttributePair[] {
  const hosts = fitting([...new Set(document.participants.map(p => hostOf(p.url)))]);
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
