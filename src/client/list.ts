/** Owns lists that come page by page (PROTOCOL §3), of transactions and of locks, and what a filter is in a query. */
import {
  type CountOfTransactions,
  type ListOfTransactions,
  type ListedTransaction,
} from '../protocol/client/listed';
import { given } from '../protocol/wire/given';
import { type Calls, bodyWith, repeatable } from './calls';
import { type CallOptions, type Filter, type Page, type PageOptions, type Pages } from './contract';
import { type Asked } from './http';

type Query = Readonly<Record<string, string>>;

export function list(calls: Calls, filter: Filter = {}, options: PageOptions = {}): Pages<ListedTransaction> {
  const query = queryOf(filter);
  return paged(options, async paging => {
    const asked = { method: 'GET', path: '/transactions', query: { ...query, ...paging } } as const;
    const page = await read<ListOfTransactions>(calls, asked, { member: 'transactions', options });
    return { entries: page.transactions, ...given({ next: page.next, hint: page.hint }) };
  });
}

export function count(
  calls: Calls,
  filter: Filter = {},
  options: CallOptions = {},
): Promise<CountOfTransactions> {
  const asked = { method: 'GET', path: '/transactions/count', query: queryOf(filter) } as const;
  return read<CountOfTransactions>(calls, asked, { member: 'count', options });
}

interface Reading<Body> {
  /** By which an answer of its kind is told. */
  readonly member: keyof Body & string;
  readonly options: CallOptions;
}

/** What a `GET` answers. */
export async function read<Body extends object>(
  calls: Calls,
  asked: Asked,
  { member, options }: Reading<Body>,
): Promise<Body> {
  return bodyWith<Body>(calls.http, asked, await repeatable(calls, asked, options), member);
}

/** @param read one page, by its part of the query */
export function paged<Entry>(
  { limit }: PageOptions,
  read: (paging: Query) => Promise<Page<Entry>>,
): Pages<Entry> {
  const ofLimit = limit === undefined ? {} : { limit: String(limit) };
  const page = (cursor?: string): Promise<Page<Entry>> => read({ ...ofLimit, ...given({ cursor }) });
  async function* pages(): AsyncGenerator<Page<Entry>> {
    let next: string | undefined;
    do {
      const one = await page(next);
      yield one;
      next = one.next;
    } while (next !== undefined);
  }
  async function* entries(): AsyncGenerator<Entry> {
    for await (const one of pages()) yield* one.entries;
  }
  return { page, pages, [Symbol.asyncIterator]: entries };
}

function queryOf({ labels = {}, since, until, needsAttention, ...texts }: Filter): Query {
  const byLabel = Object.entries(labels).map(([name, value]) => [`label.${name}`, value] as const);
  return {
    ...given(texts),
    ...given({
      needsAttention: needsAttention === undefined ? undefined : String(needsAttention),
      since: textOf(since),
      until: textOf(until),
    }),
    ...Object.fromEntries(byLabel),
  };
}

function textOf(time: Date | string | undefined): string | undefined {
  return time instanceof Date ? time.toISOString() : time;
}
