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
export const heuristicKey = defineSearchAttributeKey('TransactionHeuristic', SearchAttributeType.KEYWORD);

/** Each of them has to be registered in the namespace: a workflow that sets another one does not get on. */
export const searchAttributeKeys = [
  transactionStateKey,
  needsAttentionKey,
  participantHostsKey,
  heuristicKey,
] as const;

/**
 * @param listsHeuristic the namespace was seen to have that attribute, which came later than the others: where nobody may register
 *   it, a transaction is to end all the same.
 */
export function searchAttributesOf(
  document: TransactionDocument,
  { listsHeuristic }: { readonly listsHeuristic: boolean },
): SearchAttributePair[] {
  const hosts = fitting([...new Set(document.participants.map(p => hostOf(p.url)))]);
  const { state, needsAttention, heuristic } = document;
  return [
    { key: transactionStateKey, value: state },
    { key: needsAttentionKey, value: needsAttention },
    { key: participantHostsKey, value: hosts },
    ...(listsHeuristic && heuristic !== undefined ? [{ key: heuristicKey, value: heuristic }] : []),
  ];
}

/** Temporal ends a workflow whose search attribute is over 2 KiB (as JSON): the hosts beyond are not listed. */
const mostBytes = 1900;

function fitting(hosts: readonly string[]): string[] {
  let bytes = 2;
  return hosts.filter(host => (bytes += host.length + 3) <= mostBytes);
}
