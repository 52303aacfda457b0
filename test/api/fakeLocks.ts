/** Locks in memory: answers what it is told to, and keeps what it was asked. */
import {
  type LeaseRequest,
  type Leased,
  type LockPage,
  type Locks,
  type ReleaseRequest,
  type ReleaseResult,
} from '../../src/coordinator/lock/contract';
import { type LockDocument } from '../../src/protocol/client/locks';

export class FakeLocks implements Locks {
  readonly acquired: LeaseRequest[] = [];
  readonly released: ReleaseRequest[] = [];
  readonly listed: { limit: number; cursor?: string }[] = [];
  leased: Leased = { is: 'granted', fencingToken: 7, expiresAt: Date.parse('2026-01-02T03:04:05.678Z') };
  result: ReleaseResult = 'released';
  page: LockPage = { locks: [] };
  document: (resource: string) => LockDocument = resource => ({ resource, holders: [], waiters: [] });

  acquire(request: LeaseRequest): Promise<Leased> {
    this.acquired.push(request);
    return Promise.resolve(this.leased);
  }

  release(request: ReleaseRequest): Promise<ReleaseResult> {
    this.released.push(request);
    return Promise.resolve(this.result);
  }

  read(resource: string): Promise<LockDocument> {
    return Promise.resolve(this.document(resource));
  }

  list(page: { limit: number; cursor?: string }): Promise<LockPage> {
    this.listed.push(page);
    return Promise.resolve(this.page);
  }
}
