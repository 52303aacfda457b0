/**
 * Owns what the memo says of a transaction: enough for `describe` alone to tell what it is and to whom it belongs.
 * No payload and no query of a URL is in it (I11).
 */
import { type Progress } from '../../../workflows/transaction/progress';
import { type Accepted } from '../../protocol/transaction/state';
import { type LockRequest } from '../../protocol/wire/locks';
import { timestamp } from '../../protocol/wire/phases';
import { redactUrl } from '../../protocol/wire/urls';

export interface StartMemo {
  /** Of the request, before the server's defaults: the same key with another request is refused (I6). */
  readonly requestHash: string;
  readonly startedBy: string;
  readonly createdAt: string;
  readonly decideBy: string;
  readonly provisional: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly participants: readonly { readonly name: string; readonly url: string }[];
  readonly locks?: readonly LockRequest[];
}

export type Memo = StartMemo & { readonly progress?: Progress };

export function startMemo(
  accepted: Accepted,
  { requestHash, startedBy }: Pick<StartMemo, 'requestHash' | 'startedBy'>,
): StartMemo {
  return {
    requestHash,
    startedBy,
    createdAt: timestamp(accepted.createdAt),
    decideBy: timestamp(accepted.decideBy),
    provisional: accepted.onCommitFailure === 'rollback',
    ...(accepted.labels === undefined ? {} : { labels: accepted.labels }),
    ...(accepted.locks === undefined ? {} : { locks: accepted.locks.asked }),
    participants: accepted.participants.map(p => ({ name: p.name, url: redactUrl(p.prepareUrl) })),
  };
}
