/**
 * Owns the shape of a request to start a transaction as a client writes it (PROTOCOL §3): without what the schema makes of it
 * (transactionSchema.ts), which is what judges it. Nothing here is run.
 */
import { type LockRequest } from '../wire/locks';
import { type NotifyEvent } from '../wire/notification';
import { type Ms } from '../wire/phases';

/** Named together, or neither: by default the prepare URL's siblings. */
type CompletionUrls =
  | { readonly commitUrl: string; readonly rollbackUrl: string }
  | { readonly commitUrl?: never; readonly rollbackUrl?: never };

export type PostedParticipant = CompletionUrls & {
  /** The prepare URL: the last segment of its path is `prepare`. */
  readonly url: string;
  /** `p1`, `p2`, … by position where absent. */
  readonly name?: string;
  /** Passed on in each request: any JSON. */
  readonly payload?: unknown;
  /** For one request of any phase. */
  readonly timeoutMs?: Ms;
};

export interface PostedTransaction {
  readonly participants: readonly (string | PostedParticipant)[];
  /** From start to decision. */
  readonly timeoutMs?: Ms;
  readonly onCommitFailure?: 'retry' | 'rollback';
  readonly locks?: readonly LockRequest[];
  /** For all of them. */
  readonly lockTimeoutMs?: Ms;
  readonly labels?: Readonly<Record<string, string>>;
  readonly notify?: { readonly url: string; readonly on?: readonly NotifyEvent[] };
}

/** The long form, or the prepare URLs (and participants) alone. */
export type Posted = PostedTransaction | PostedTransaction['participants'];
