/** Actions on many, in memory: the routes are the point of these tests. It records what it was asked. */
import { type Bulk, type BulkOptions, type ResolveMany, type RetryMany } from '../../src/coordinator/bulk';
import { type HostsLike } from '../../src/coordinator/hostsLike';
import { type BulkReport, type SickHosts } from '../../src/protocol/client/many';

export class FakeBulk implements Bulk {
  readonly asked: unknown[] = [];
  /** Thrown by every method. */
  failure: Error | undefined;
  counts: Omit<BulkReport, 'dryRun' | 'hint'> = {
    matched: 0,
    acted: 0,
    failed: [],
  };
  like: HostsLike = { isKnown: false, others: [] };
  sick: SickHosts = { participants: [] };
  /** What an action waits for. */
  until: (options: BulkOptions) => Promise<unknown> = () => Promise.resolve();

  retry(asked: RetryMany): Promise<BulkReport> {
    return this.act('retry', asked);
  }

  resolve(asked: ResolveMany): Promise<BulkReport> {
    return this.act('resolve', asked);
  }

  hostsLike(): Promise<HostsLike> {
    return Promise.resolve(this.like);
  }

  sickHosts(): Promise<SickHosts> {
    return this.failure === undefined ? Promise.resolve(this.sick) : Promise.reject(this.failure);
  }

  private async act(action: string, { signal, timeoutMs, ...asked }: BulkOptions): Promise<BulkReport> {
    this.asked.push({ action, ...asked });
    if (this.failure !== undefined) throw this.failure;
    await this.until({ signal, timeoutMs, ...asked });
    return { ...this.counts, dryRun: asked.dryRun };
  }
}
