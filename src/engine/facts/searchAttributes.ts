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
export const transactionStatusKey = defineSearchAttributeKey(
  'TransactionStatus',
  SearchAttributeType.KEYWORD,
);
export const transactionLabelsKey = defineSearchAttributeKey(
  'TransactionLabels',
  SearchAttributeType.KEYWORD_LIST,
);
export const startedByKey = defineSearchAttributeKey('StartedBy', SearchAttributeType.KEYWORD);

/** Each of them has to be registered in the namespace: a workflow that sets another one does not get on. */
export const neededKeys = [transactionStateKey, needsAttentionKey, participantHostsKey] as const;

/** They came later: a namespace may lack them, where nobody may register any, and transactions start and end all the same. */
export const laterKeys = [heuristicKey, transactionStatusKey, transactionLabelsKey, startedByKey] as const;

export const searchAttributeKeys = [...neededKeys, ...laterKeys] as const;

/** By name, the later ones that a namespace is known to have. */
export type LaterAttributes = ReadonlySet<string>;

/** Set together, at the first trouble, at a change after that and at the end: a transaction has all of them, or none. */
export function searchAttributesOf(
  document: TransactionDocument,
  /** What the namespace was seen to have when the transaction was accepted: it is to end all the same where it lacks one. */
  { listsHeuristic, listsStatus }: { readonly listsHeuristic?: true; readonly listsStatus?: true },
): SearchAttributePair[] {
  const hosts = fitting([...new Set(document.participants.map(p => hostOf(p.url)))]);
  const { status, state, needsAttention, heuristic } = document;
  return [
    { key: transactionStateKey, value: state },
    { key: needsAttentionKey, value: needsAttention },
    { key: participantHostsKey, value: hosts },
    ...(listsStatus === true ? [{ key: transactionStatusKey, value: status }] : []),
    ...(listsHeuristic === true && heuristic !== undefined ? [{ key: heuristicKey, value: heuristic }] : []),
  ];
}

/** Temporal ends a workflow whose search attribute is over 2 KiB (as JSON), and refuses to start one. */
export const mostBytes = 1900;

/** Stands at the end of a list that is cut: whoever looks for a host looks for this as well, and at the transaction itself. */
export const moreHosts = '(more)';

/** The hosts beyond are not listed, and it is said. */
function fitting(hosts: readonly string[]): string[] {
  let bytes = 2;
  const listed = hosts.filter(host => (bytes += host.length + 3) <= mostBytes);
  return listed.length === hosts.length ? listed : [...listed, moreHosts];
}
