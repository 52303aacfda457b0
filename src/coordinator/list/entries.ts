/**
 * Owns what of the runs that visibility found is listed: each transaction once.
 *
 * A transaction that was ended from outside and taken up again has several runs; its newest is what it is. One that is taken up while
 * somebody pages through comes to stand before where he began, so it is listed in the place of the run before.
 */
import { type VisibleRun, runsPage } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { type ListedTransaction } from '../../protocol/client/listed';
import { type Ms } from '../../protocol/wire/phases';
import { type Which } from './contract';
import { type Place } from './cursor';
import { entryOf } from './entry';
import { isAsWanted, isListed } from './matches';
import { runsQuery } from './query';

const idsPerQuery = 100;
const runsPerQuery = 1_000;

export interface Asked extends Which {
  /** Where the first page began; undefined: nobody pages. */
  readonly first: Place | undefined;
  readonly leftMs: () => Ms;
}

export async function entriesOf(
  engine: Engine,
  runs: readonly VisibleRun[],
  { filters, of, first, leftMs }: Asked,
): Promise<ListedTransaction[]> {
  const own = runs.filter(run => isListed(run, engine.tag, of));
  const newest = await newestOf(engine, own.filter(isInterrupted), leftMs);
  const entries = new Map<string, ListedTransaction>();
  for (const run of own) {
    const is = newest.get(run.workflowId) ?? run;
    if (is.runId !== run.runId && (first === undefined || !isBefore(is, first))) continue;
    const entry = entryOf(is);
    if (!entries.has(entry.id) && isAsWanted(entry, filters)) entries.set(entry.id, entry);
  }
  return [...entries.values()];
}

function isBefore(one: Place, other: Place): boolean {
  const [closed, otherClosed] = [one.closedAt ?? Infinity, other.closedAt ?? Infinity];
  return closed === otherClosed ? one.startedAt > other.startedAt : closed > otherClosed;
}

function isInterrupted(run: VisibleRun): boolean {
  return run.closedAt !== undefined && entryOf(run).state === 'interrupted';
}

async function newestOf(
  engine: Engine,
  runs: readonly VisibleRun[],
  leftMs: () => Ms,
): Promise<ReadonlyMap<string, VisibleRun>> {
  const ids = [...new Set(runs.map(({ workflowId }) => workflowId))];
  const newest = new Map<string, VisibleRun>();
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    const query = runsQuery(ids.slice(from, from + idsPerQuery));
    let cursor: string | undefined;
    do {
      const page = await runsPage(engine, { query, limit: runsPerQuery, cursor }, leftMs());
      for (const run of page.runs)
        if (run.startedAt >= (newest.get(run.workflowId)?.startedAt ?? 0)) newest.set(run.workflowId, run);
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return newest;
}
