/** Owns whether a transaction is as the filters of a list say, by what the list says of it. */
import { type VisibleRun } from '../../engine/ask';
import { isTransaction, memoOf } from '../../engine/facts/memo';
import { isOwnedBy } from '../../engine/facts/owner';
import { type ListedTransaction } from '../../protocol/client/listed';
import { readId } from '../../protocol/wire/ids';
import { type Filters, type Which } from './contract';

/** Of this coordinator, and the caller's: the query finds no other, but by what databases take for equal. */
export function isListed({ workflowId, type, memo }: VisibleRun, tag: string, of: Which['of']): boolean {
  if (readId(tag, workflowId) === undefined || !isTransaction({ type, memo })) return false;
  return of === undefined || isOwnedBy(memoOf({ memo }), of);
}

export function isAsWanted(entry: ListedTransaction, filters: Filters): boolean {
  const { status, state, needsAttention, participant, labels = {}, since, until } = filters;
  const createdAt = Date.parse(entry.createdAt);
  return (
    (status === undefined || entry.status === status) &&
    (state === undefined || entry.state === state) &&
    (needsAttention === undefined || entry.needsAttention === needsAttention) &&
    (participant === undefined || entry.participants.some(({ host }) => host === participant)) &&
    Object.entries(labels).every(([key, value]) => entry.labels?.[key] === value) &&
    (since === undefined || createdAt >= since) &&
    (until === undefined || createdAt <= until)
  );
}
