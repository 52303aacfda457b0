/** Owns what may be asked of many transactions at once (PROTOCOL §3). */
import { type ParticipantDocument } from '../../protocol/client/document';
import { type Ms } from '../../protocol/wire/phases';

export interface BulkOptions {
  /** Who acts: stands in each transaction as if it had been the only one. */
  readonly by: string;
  /** No more transactions than that. */
  readonly limit: number;
  /** Nothing is changed. */
  readonly dryRun: boolean;
  /** None is begun after so long. */
  readonly timeoutMs: Ms;
  /** Aborted: none is begun any more. */
  readonly signal: AbortSignal;
}

export interface RetryMany extends BulkOptions {
  /** Only those that wait for this host, as `hostOf` writes it. */
  readonly participant?: string;
  /** Only those that need attention. */
  readonly needsAttention?: true;
}

export interface ResolveMany extends BulkOptions {
  readonly participant: string;
  readonly outcome: 'committed' | 'rolledback' | 'unknown';
  readonly reason: string;
}

export interface BulkReport {
  /** Those that were found to wait, by a look at each, or that could not be looked at: `acted` and `failed` together, where it is no dry run. */
  readonly matched: number;
  readonly acted: number;
  readonly failed: readonly { readonly id: string; readonly why: string }[];
  readonly dryRun: boolean;
  /** There may be more, and why they were not looked at; absent where all that visibility lists were. */
  readonly stoppedBy?: 'limit' | 'time' | 'shutdown' | 'temporal' | 'worker';
}

/** A host that transactions in trouble wait for. */
export interface SickHost {
  /** As the participants' prepare URLs have it: with a port where that is not the scheme's own. */
  readonly host: string;
  /** Transactions, and those among them that need attention. */
  readonly waiting: number;
  readonly needsAttention: number;
  /** Of the one that has waited longest: when its phase two began, or, where nothing is decided, when it was created. */
  readonly since: string;
  /** The newest that is known. */
  readonly lastError?: NonNullable<ParticipantDocument['lastError']>;
}

export interface SickHosts {
  readonly participants: readonly SickHost[];
  /** Only so many were looked at, the newest; absent where all were. */
  readonly sample?: { readonly looked: number; readonly of: number };
}

export interface Bulk {
  /** @throws EngineUnavailable where nothing could be looked at */
  retry(asked: RetryMany): Promise<BulkReport>;
  /** @throws EngineUnavailable where nothing could be looked at */
  resolve(asked: ResolveMany): Promise<BulkReport>;
  /** One look every few seconds, for all who ask. @throws EngineUnavailable */
  sickHosts(): Promise<SickHosts>;
}
