/**
 * Owns lists and counts of transactions, by Temporal's visibility and memos alone: no workflow is asked, so they are some seconds behind,
 * and cost what runs nothing.
 *
 * Nothing is lost while others start and end: visibility lists what is open, then what has closed, the newest first in both. What ends
 * moves to where a reader has yet to come, or has been seen by then; so it may be told twice, but is not left out.
 */
import { countRuns, runsPage } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable } from '../../engine/errors';
import {
  type CountOfTransactions,
  type ListOfTransactions,
  type ListedTransaction,
} from '../../protocol/client/listed';
import { given } from '../../protocol/wire/given';
import { type Ms } from '../../protocol/wire/phases';
import { BadCursor } from '../errors';
import { type HostsLike, hostsLike } from '../hostsLike';
import { type Lists, type PageWanted, type Told, type Which } from './contract';
import { type Position, readCursor, writeCursor } from './cursor';
import { entriesOf } from './entries';
import { Lanes } from './lanes';
import { countQueries, pageQuery } from './query';
import { sharedLists } from './shared';

/** All of it, a turn included: as other reads. */
const answerWithinMs: Ms = 2_300;
const turnWithinMs: Ms = 1_000;
/** What does not match is read too; a page that is not full by then is what there is so far. */
const mostRounds = 8;
const lastRoundMs: Ms = 1_000;
const runsPerPage = 500;
/** A count looks at no more one by one. */
const mostLooked = 2_000;

export function createLists(engine: Engine): Lists {
  const lanes = new Lanes();
  const inTurn = <T>({ of }: Which, work: (leftMs: () => Ms) => Promise<T>): Promise<T> => {
    const by = Date.now() + answerWithinMs;
    const leftMs = (): Ms => Math.max(by - Date.now(), 1);
    return lanes.take(of?.name ?? '', turnWithinMs, () => work(leftMs));
  };
  return sharedLists({
    list: async wanted => inTurn(wanted, leftMs => list(engine, wanted, leftMs)),
    count: async which => inTurn(which, leftMs => count(engine, which, leftMs)),
  });
}

async function list(engine: Engine, wanted: PageWanted, leftMs: () => Ms): Promise<Told<ListOfTransactions>> {
  const { limit, cursor, ...which } = wanted;
  const from = cursor === undefined ? undefined : readCursor(engine, which, cursor);
  const query = pageQuery(engine, which);
  const transactions: ListedTransaction[] = [];
  let { first, token }: Partial<Position> = from ?? {};
  for (let round = 1; round <= mostRounds; round += 1) {
    const page = await pageOf(engine, { query, limit: limit - transactions.length, cursor: token }, leftMs());
    first ??= page.runs[0];
    transactions.push(...(await entriesOf(engine, page.runs, { ...which, first, leftMs })));
    token = page.next;
    if (token === undefined || transactions.length >= limit || leftMs() < lastRoundMs) break;
  }
  if (token === undefined || first === undefined) {
    const isNone = cursor === undefined && transactions.length === 0;
    return { transactions, ...(isNone ? await whatElse(engine, which, leftMs) : {}) };
  }
  return { transactions, next: writeCursor(engine, which, { first, token }) };
}

/** What Temporal does not take of a cursor that is ours is one of another server's. */
async function pageOf(
  engine: Engine,
  wanted: Parameters<typeof runsPage>[1],
  withinMs: Ms,
): ReturnType<typeof runsPage> {
  try {
    return await runsPage(engine, wanted, withinMs);
  } catch (cause) {
    if (wanted.cursor === undefined || cause instanceof EngineUnavailable) throw cause;
    throw new BadCursor('cursor', { cause });
  }
}

async function count(engine: Engine, which: Which, leftMs: () => Ms): Promise<Told<CountOfTransactions>> {
  const { sure, unsure } = countQueries(engine, which);
  const [counted, looked] = await Promise.all([
    countRuns(engine, sure, leftMs()),
    lookAtAll(engine, unsure, { ...which, first: undefined, leftMs }),
  ]);
  if (looked.isAll) {
    const all = counted + looked.ids.size;
    return { count: all, ...(all === 0 ? await whatElse(engine, which, leftMs) : {}) };
  }
  const more = (await countRuns(engine, unsure, leftMs())) - looked.runs;
  return { count: counted + looked.ids.size + Math.max(more, 0), atMost: true };
}

/** Which hosts the caller's transactions have, whatever else was asked for. */
async function whatElse(
  engine: Engine,
  { filters: { participant: host }, of }: Which,
  leftMs: () => Ms,
): Promise<{ readonly like?: HostsLike }> {
  if (host === undefined || leftMs() < lastRoundMs) return {};
  const which = { filters: {}, ...given({ of }) };
  return {
    like: await hostsLike(engine, { ...which, host, query: pageQuery(engine, which), withinMs: leftMs() }),
  };
}

interface Looked {
  /** Of those that match. */
  readonly ids: ReadonlySet<string>;
  readonly runs: number;
  readonly isAll: boolean;
}

async function lookAtAll(
  engine: Engine,
  query: string,
  asked: Parameters<typeof entriesOf>[2],
): Promise<Looked> {
  const ids = new Set<string>();
  let runs = 0;
  let cursor: string | undefined;
  do {
    const page = await runsPage(engine, { query, limit: runsPerPage, cursor }, asked.leftMs());
    for (const { id } of await entriesOf(engine, page.runs, asked)) ids.add(id);
    runs += page.runs.length;
    cursor = page.next;
  } while (cursor !== undefined && runs < mostLooked && asked.leftMs() > lastRoundMs);
  return { ids, runs, isAll: cursor === undefined };
}
