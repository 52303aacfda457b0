/** Owns what may be asked of all transactions at once. */
import { type Owner } from '../../engine/facts/owner';
import { type TransactionDocument } from '../../protocol/client/document';
import { type CountOfTransactions, type ListOfTransactions } from '../../protocol/client/listed';
import { type TransactionState } from '../../protocol/client/states';
import { type Ms } from '../../protocol/wire/phases';
import { type HostsLike } from '../hostsLike';

/** A transaction has to be as all of them say. */
export interface Filters {
  readonly status?: TransactionDocument['status'];
  readonly state?: TransactionState;
  readonly needsAttention?: boolean;
  /** As entries have it: with the port where it is not the scheme's own. */
  readonly participant?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of `createdAt`, both inclusive. */
  readonly since?: Ms;
  readonly until?: Ms;
}

export interface Which {
  readonly filters: Filters;
  /** Only this caller's. */
  readonly of?: Owner;
}

export interface PageWanted extends Which {
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** `like`, where nothing was found of a participant's host: what is known besides; absent where there was no time left to look. */
export type Told<T> = T & { readonly like?: HostsLike };

/** Both reject with `BadCursor`, `TooManyLists`, `EngineUnavailable`. */
export interface Lists {
  list(wanted: PageWanted): Promise<Told<ListOfTransactions>>;
  count(which: Which): Promise<Told<CountOfTransactions>>;
}
