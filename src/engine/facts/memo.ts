/**
 * Owns what the memo says of a transaction: from the start, enough for `describe` alone to tell what it is and to whom it belongs;
 * while it is in trouble, and when an outcome is reported, how it goes.
 * No payload and no query of a URL is in it (I11).
 */
import { type TransactionDocument } from '../../protocol/client/document';
import { type Accepted } from '../../protocol/transaction/state';
import { type LockRequest } from '../../protocol/wire/locks';
import { timestamp } from '../../protocol/wire/phases';
import { type TransactionTrace } from '../../protocol/wire/trace';
import { redactUrl } from '../../protocol/wire/urls';
import { given } from '../../protocol/wire/given';
import { membersOf } from '../../protocol/wire/shapes';

/** The workflow type. */
export const transactionType = 'transaction';

export interface StartMemo {
  /** Of the request, before the server's defaults: the same key with another request is refused (I6). */
  readonly requestHash: string;
  /** The caller's plain name, for processes of an older version. */
  readonly startedBy: string;
  /** Whose it is (`owner.ts`); absent where an older version started it. */
  readonly owner?: string;
  readonly createdAt: string;
  readonly decideBy: string;
  readonly provisional: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly participants: readonly { readonly name: string; readonly url: string }[];
  readonly locks?: readonly LockRequest[];
  /** Where it is traced (`trace.ts`). */
  readonly trace?: TransactionTrace;
}

/** What the memo tells of a transaction in trouble when no worker answers; the rest stands in it from the start. */
export type Progress = Omit<TransactionDocument, 'id' | 'createdAt' | 'decideBy' | 'labels'>;

export type Memo = StartMemo & { readonly progress?: Progress };

/** As opposed to a workflow of another program that has the id, perhaps under the same name. */
export function isTransaction({ type, memo }: { readonly type: string; readonly memo?: unknown }): boolean {
  const { requestHash, participants } = membersOf(memo);
  return type === transactionType && typeof requestHash === 'string' && Array.isArray(participants);
}

/** Of a transaction's run, as `describe` gives it. */
export function memoOf({ memo }: { readonly memo?: Readonly<Record<string, unknown>> | undefined }): Memo {
  return memo as unknown as Memo;
}

export function startMemo(
  accepted: Accepted,
  { requestHash, startedBy, owner, trace }: Pick<StartMemo, 'requestHash' | 'startedBy' | 'owner' | 'trace'>,
): StartMemo {
  return {
    requestHash,
    startedBy,
    ...given({ owner }),
    createdAt: timestamp(accepted.createdAt),
    decideBy: timestamp(accepted.decideBy),
    provisional: accepted.onCommitFailure === 'rollback',
    ...given({ labels: accepted.labels }),
    ...given({ locks: accepted.locks?.asked, trace }),
    participants: accepted.participants.map(p => ({ name: p.name, url: redactUrl(p.prepareUrl) })),
  };
}

export function progressOf(d: TransactionDocument): Progress {
  const { status, state, decision, needsAttention, participants } = d;
  return {
    ...{ status, state, decision, needsAttention, participants },
    ...given({
      reason: d.reason,
      heuristic: d.heuristic,
      locks: d.locks,
      decidedAt: d.decidedAt,
      endedAt: d.endedAt,
      lateRollback: d.lateRollback,
      actions: d.actions,
      recoveries: d.recoveries,
    }),
  };
}
