/** Owns the current details of a lock: the Markdown that a person reads on its page in the Web UI, under User Metadata. */
import {
  type LockDocument,
  type LockHolderDocument,
  type LockWaiterDocument,
} from '../../src/protocol/client/locks';
import { cell, row, time } from '../markdown';

const waitersShown = 50;

export function lockDetailsOf({ holders, waiters }: LockDocument): string {
  return [...holding(holders), '', ...waiting(waiters)].join('\n');
}

function holding(holders: readonly LockHolderDocument[]): string[] {
  if (holders.length === 0) return ['**Free.**'];
  return [
    row(['held by', 'mode', 'since', 'fencing token', 'until']),
    '|:---|:---|:---|:---|:---|',
    ...holders.map(each =>
      row([cell(each.holder), each.mode, time(each.since), String(each.fencingToken), until(each)]),
    ),
  ];
}

function until({ expiresAt, transaction }: LockHolderDocument): string {
  if (expiresAt !== undefined) return time(expiresAt);
  return transaction === 'running'
    ? 'its transaction ends'
    : `**settled: its transaction is ${String(transaction)}**`;
}

function waiting(waiters: readonly LockWaiterDocument[]): string[] {
  if (waiters.length === 0) return ['Nobody waits.'];
  const more = waiters.length - waitersShown;
  return [
    row(['waits', 'mode', 'since', 'gives up']),
    '|:---|:---|:---|:---|',
    ...waiters
      .slice(0, waitersShown)
      .map(each =>
        row([
          `${String(each.position)}. ${cell(each.holder)}`,
          each.mode,
          time(each.since),
          time(each.until),
        ]),
      ),
    ...(more > 0 ? [`and ${String(more)} more`] : []),
  ];
}
