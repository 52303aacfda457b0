/** Owns the request to start a transaction (SPEC §3), validated and normalised, before any default of the server. */
import { type Ms } from './phases';

export interface ParticipantRequest {
  readonly name: string;
  /** The prepare URL. */
  readonly url: string;
  readonly commitUrl: string;
  readonly rollbackUrl: string;
  readonly payload?: unknown;
  /** For one request of either phase. */
  readonly timeoutMs?: Ms;
}

export interface TransactionRequest {
  readonly participants: readonly ParticipantRequest[];
  /** From start to decision. */
  readonly timeoutMs?: Ms;
  readonly onCommitFailure?: 'retry' | 'rollback';
  readonly labels?: Readonly<Record<string, string>>;
}
