/** Owns what may be asked of many transactions at once (PROTOCOL §3). */
import { type BulkReport, type SickHosts } from '../../protocol/client/many';
import { type Ms } from '../../protocol/wire/phases';
import { type HostsLike } from '../hostsLike';

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

export interface Bulk {
  /** @throws EngineUnavailable where nothing could be looked at */
  retry(asked: RetryMany): Promise<BulkReport>;
  /** @throws EngineUnavailable where nothing could be looked at */
  resolve(asked: ResolveMany): Promise<BulkReport>;
  /** Among those of transactions in trouble. @throws EngineUnavailable */
  hostsLike(host: string): Promise<HostsLike>;
  /** One look every few seconds, for all who ask. @throws EngineUnavailable */
  sickHosts(): Promise<SickHosts>;
}
