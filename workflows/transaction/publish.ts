/**
 * Owns what a transaction shows of itself without being asked: log lines, current details for the Web UI, and the memo and
 * search attributes that `describe` alone must be able to tell (PROTOCOL §3), or a list. A healthy transaction upserts once, at its end:
 * search attributes alone. One that was in trouble, or whose participants did not all come to the same, upserts its memo then too, since
 * lists do not read results; not where an older version accepted it, whose history has no such upsert.
 */
import { log, setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { documentOf } from '../../src/protocol/transaction/document';
import { statusOf, needsAttention } from '../../src/protocol/transaction/outcome';
import { toRelease } from '../../src/protocol/transaction/locking';
import { toTell } from '../../src/protocol/transaction/notices';
import { type Transaction } from '../../src/protocol/transaction/state';
import { detailsOf } from './details';
import { logLines } from './logLines';
import { traceField } from './traced';
import { progressOf } from '../../src/engine/facts/memo';
import { searchAttributesOf } from '../../src/engine/facts/searchAttributes';

/** @param tellsWaits a lock that is waited for is told of too */
export function publisher(
  tellsWaits: boolean,
): (before: Transaction | undefined, after: Transaction) => void {
  let told = '';
  return (before, after) => {
    for (const { level, message, fields } of logLines(before, after))
      log[level](message, { ...fields, ...traceField() });
    const document = documentOf(after);
    setCurrentDetails(detailsOf(document));
    const now = signature(after);
    if (now === told || (told === '' && !isNoteworthy(after, tellsWaits))) return;
    const wasTold = told !== '';
    told = now;
    upsertSearchAttributes(searchAttributesOf(document, after.accepted));
    const resultTells =
      after.stage === 'ended' && toRelease(after).length === 0 && toTell(after).length === 0;
    if (!resultTells || (after.accepted.listsStatus === true && (wasTold || !isPlain(document))))
      upsertMemo({ progress: progressOf(document) });
  };
}

/** Its search attributes tell all that a list says of it, but for the reason (`coordinator/list/entry.ts`). */
function isPlain({ state, heuristic, participants }: TransactionDocument): boolean {
  return heuristic === undefined && participants.every(p => p.state === state);
}

/**
 * At the first straggler, whenever a person may be needed or has spoken, when it was taken up again, and when an outcome is reported: `describe` must not take a reported one back (I5). Once anything was told, every change is, or the memo would be out of date.
 */
function isNoteworthy(t: Transaction, tellsWaits: boolean): boolean {
  return (
    statusOf(t) !== 'pending' ||
    t.actionCount > 0 ||
    t.recoveries !== undefined ||
    (tellsWaits && t.locking?.waitsFor !== undefined) ||
    t.participants.some(p => p.call?.lane === 'own' || p.attention)
  );
}

/** Changes seldom, however many participants are in trouble: each upsert adds to history, which stays bounded. */
function signature(t: Transaction): string {
  const attention = t.participants.filter(p => p.attention).length;
  const forced = t.participants.filter(p => p.forced).length;
  return [
    t.stage,
    t.decision,
    statusOf(t),
    needsAttention(t),
    doublings(attention),
    doublings(forced),
    ...(t.locking === undefined ? [] : [t.locking.waitsFor?.resource]),
  ].join();
}

/** 0, 1, 2, 4, 8, …: a count that is worth telling again each time it has doubled. */
function doublings(count: number): number {
  return Math.ceil(Math.log2(count + 1));
}
