/** Owns what a program sees of the client. What is asked and answered has the shapes of the HTTP API (PROTOCOL §3). */
import { type TransactionDocument } from '../protocol/client/document';
import { type ForeseenDocument } from '../protocol/client/foreseen';
import { type CountOfTransactions, type ListedTransaction } from '../protocol/client/listed';
import {
  type Lease,
  type LockDocument,
  type LockHolderDocument,
  type LockWaiterDocument,
} from '../protocol/client/locks';
import { type BulkReport, type SickHosts } from '../protocol/client/many';
import { type Posted } from '../protocol/client/posted';
import { type OrphansDocument } from '../protocol/client/orphans';
import { type LockRequest } from '../protocol/wire/locks';
import { type Ms } from '../protocol/wire/phases';
import { type Token } from './http';

export interface ClientOptions {
  /** Where the coordinator's API is: `http` or `https`, with the path below which a proxy serves it. */
  readonly url: string;
  /** A bearer token, or what gives one for each request (one that expires, say). */
  readonly token?: Token | undefined;
  /** Of each call that names none of its own; 60,000. */
  readonly timeoutMs?: Ms;
}

export interface CallOptions {
  /** Aborted: the call rejects at once, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call is repeated where it brings no answer, all its requests together. */
  readonly timeoutMs?: Ms | undefined;
}

export interface ActOptions extends CallOptions {
  /**
   * The `etag` of the document by which it was decided: it is acted on only while that is its tag.
   * @throws StateChanged where it is not
   */
  readonly ifMatch?: string | undefined;
}

export interface BeginOptions extends CallOptions {
  /** 1 to 255 printable ASCII characters. One key is one transaction; without one, each call has a new one. */
  readonly idempotencyKey?: string;
}

/** `timeoutMs` is how long the coordinator may be out of reach in a row. */
export interface WaitOptions extends CallOptions {
  /** `outcome` (default): `status` is no longer `pending`. `end`: nobody is outstanding any more, and locks are given back. */
  readonly until?: 'outcome' | 'end';
  /** For the whole wait; without it, as long as it takes. */
  readonly withinMs?: Ms;
}

/** All may be left out; a transaction has to be as all of them say. */
export interface Filter {
  readonly status?: TransactionDocument['status'];
  readonly state?: TransactionDocument['state'];
  readonly needsAttention?: boolean;
  /** `<host[:port]>`, with the port where it is not the scheme's own. */
  readonly participant?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of `createdAt`, both inclusive; RFC 3339 where it is text. */
  readonly since?: Date | string;
  readonly until?: Date | string;
}

export interface PageOptions extends CallOptions {
  /** Of one page: 1 to 200. */
  readonly limit?: number;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** The cursor of the page that follows; absent at the end. */
  readonly next?: string;
  /** Where a filter found nothing, and looks like something else than it has to be. */
  readonly hint?: string;
}

/** `for await (const entry of pages)` reads all, `pages.pages()` page by page, `pages.page(cursor)` one. */
export interface Pages<Entry> extends AsyncIterable<Entry> {
  pages(): AsyncIterable<Page<Entry>>;
  page(cursor?: string): Promise<Page<Entry>>;
}

export type Resolution = 'committed' | 'rolledback' | 'unknown';

export interface ResolveRequest {
  /** Its name in the transaction. */
  readonly participant: string;
  readonly outcome: Resolution;
  readonly reason: string;
}

interface ManyOptions {
  /** No more transactions than that: 1 to 1000. */
  readonly limit?: number;
  /** Nothing is changed. */
  readonly dryRun?: boolean;
}

export interface RetryManyRequest extends ManyOptions {
  /** A host, as `participants()` names it. */
  readonly participant?: string;
  readonly needsAttention?: true;
}

export interface ResolveManyRequest extends ManyOptions {
  /** A host, as `participants()` names it. */
  readonly participant: string;
  readonly outcome: Resolution;
  readonly reason: string;
}

export interface LeaseRequest {
  readonly resource: string;
  /** Default `exclusive`. */
  readonly mode?: LockRequest['mode'];
  /** Whoever asks again under the same name renews what it has. */
  readonly holder: string;
  readonly ttlMs: Ms;
  /** How long to wait where it is held; default 0. */
  readonly waitMs?: Ms;
}

/** `forMs`: how long it has been held or awaited. */
type Timed<Claim> = Claim & { readonly forMs: Ms };

export interface LockView extends Pick<LockDocument, 'resource' | 'lastFencingToken'> {
  readonly holders: readonly Timed<LockHolderDocument>[];
  readonly waiters: readonly Timed<LockWaiterDocument>[];
}

/** Who holds and awaits it is absent where no worker answered for it. */
export type ListedLock = Pick<LockView, 'resource'> & Partial<LockView>;

export interface ReleaseOptions extends CallOptions {
  /** What the holder was seen with: it is released only while it holds the lock with that. */
  readonly fencingToken?: number | undefined;
}

export interface LocksClient {
  /** Takes or renews it. @throws LockTimeout, LockConflict */
  acquire(request: LeaseRequest, options?: CallOptions): Promise<Lease>;
  read(resource: string, options?: CallOptions): Promise<LockView>;
  /** All that are held or awaited. */
  list(options?: PageOptions): Pages<ListedLock>;
  /** @throws NotFound where that holder neither holds nor awaits it, LockConflict where it is a transaction's that runs, or not held with that token */
  release(resource: string, holder: string, options?: ReleaseOptions): Promise<void>;
}

/** A sweep that takes longer than a request may. */
export interface SweepUnderWay {
  readonly workflowId: string;
  readonly report: string;
}

/**
 * Every call rejects with a `CoordinatorError`, the reason of the caller's signal, or, where an argument cannot be sent, a `TypeError`.
 * Operators' calls say so by `NotAllowed`.
 */
export interface Client {
  /**
   * Resolves once the start is durable. Is repeated under one idempotency key, so it is one transaction whatever is lost on the way.
   * @throws BeginUnknown where it may have been started and nobody can say; any other error says that nothing was
   */
  begin(request: Posted, options?: BeginOptions): Promise<TransactionDocument>;
  /** @throws StillPending where `withinMs` is named and has passed; where it was never seen until then, what the last request came to */
  wait(id: string, options?: WaitOptions): Promise<TransactionDocument>;
  get(id: string, options?: CallOptions): Promise<TransactionDocument>;
  list(filter?: Filter, options?: PageOptions): Pages<ListedTransaction>;
  count(filter?: Filter, options?: CallOptions): Promise<CountOfTransactions>;
  /**
   * The document as it is, and again after each change, until the transaction has ended; over lost connections and restarts, without a
   * repeat. `timeoutMs` is how long the coordinator may be out of reach in a row.
   */
  watch(id: string, options?: CallOptions): AsyncIterableIterator<TransactionDocument, undefined>;
  /** Rolls back what is not decided. @throws Conflict where it is */
  abort(
    id: string,
    request?: { readonly reason?: string },
    options?: ActOptions,
  ): Promise<TransactionDocument>;
  /** Asks now whoever is outstanding, not at the next interval. */
  retry(id: string, options?: ActOptions): Promise<TransactionDocument>;
  /** Settles a participant that phase two waits for. */
  resolve(id: string, request: ResolveRequest, options?: ActOptions): Promise<TransactionDocument>;
  /** What `abort` would come to: nothing is done. It rejects as that would. */
  previewAbort(
    id: string,
    request?: { readonly reason?: string },
    options?: ActOptions,
  ): Promise<ForeseenDocument>;
  /** The same of `retry`. */
  previewRetry(id: string, options?: ActOptions): Promise<ForeseenDocument>;
  /** The same of `resolve`: what it leaves inconsistent, which locks come free, whether it ends. */
  previewResolve(id: string, request: ResolveRequest, options?: ActOptions): Promise<ForeseenDocument>;
  readonly locks: LocksClient;
  /** The same for all that wait (for a host). Not repeated once it may have arrived: what it did would not be in the answer. */
  retryMany(request?: RetryManyRequest, options?: CallOptions): Promise<BulkReport>;
  /** As `retryMany`. */
  resolveMany(request: ResolveManyRequest, options?: CallOptions): Promise<BulkReport>;
  /** Whom transactions in trouble wait for. */
  participants(options?: CallOptions): Promise<SickHosts>;
  /** What the last orphan sweep found. */
  orphans(options?: CallOptions): Promise<OrphansDocument>;
  /** Sweeps now. Not repeated once it may have arrived. */
  sweep(
    request?: { readonly dryRun?: boolean },
    options?: CallOptions,
  ): Promise<OrphansDocument | SweepUnderWay>;
}
