/** Owns reading locks: one by query of its workflow, all by visibility and then each by query. */
import { type LockDocument } from '../../protocol/client/locks';
import { isLockDocument } from '../../protocol/lock/results';
import { type Ms } from '../../protocol/wire/phases';
import { lockStatusQuery, lockWorkflow, lockWorkflowId } from '../../../workflows/lock/messages';
import { handleOf, listPage, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { visibly } from '../../engine/facts/status';
import { isAhead, isNotFound } from '../../engine/errors';
import {
  BadCursor,
  EngineUnavailable,
  ForeignWorkflow,
  PayloadUnreadable,
  WorkerUnavailable,
} from '../errors';
import { isStrangersPast, strangerAt } from './inTheWay';
import { type ListedLock, type LockPage } from './contract';
import { patiently } from './patience';
import { given } from '../../protocol/wire/given';

const readWithinMs = 2500;
/** Temporal forgets one now and then, where its workflow has to be replayed. */
const queryWithinMs = 800;
const listWithinMs = 2500;
/** A page with no worker for it takes no longer. */
const queryAllWithinMs = 3000;
const queriesAtOnce = 16;
const prefix = lockWorkflowId('');

/** Free where no workflow runs for it. @throws ForeignWorkflow, EngineUnavailable, WorkerUnavailable */
export async function readLock(
  engine: Engine,
  resource: string,
  withinMs: Ms = readWithinMs,
): Promise<LockDocument> {
  const handle = handleOf(engine, lockWorkflowId(resource));
  const answerBy = Date.now() + withinMs;
  const free = { resource, holders: [], waiters: [] };
  return patiently({ engine, resource, answerBy }, async leftMs => {
    try {
      const query = (): Promise<unknown> => handle.query(lockStatusQuery);
      const answer = await within(engine, leftMs, query, queryWithinMs);
      if (isLockDocument(answer, resource)) return answer;
    } catch (error) {
      if (isNotFound(error)) return free;
      if (!isAhead(error) || !(await isStrangersPast(engine, resource))) throw error;
      return free;
    }
    if (await isStrangersPast(engine, resource)) return free;
    throw await strangerAt(engine, resource);
  });
}

/** Of every coordinator in the namespace. @throws BadCursor, EngineUnavailable */
export async function listLocks(
  engine: Engine,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<LockPage> {
  const { resources, next } = await page(engine, limit, cursor);
  const answerBy = Date.now() + queryAllWithinMs;
  const locks = await inTurns(resources, each => listed(engine, each, answerBy));
  return { locks: locks.filter(isUsed), ...given({ next }) };
}

async function page(
  engine: Engine,
  limit: number,
  cursor: string | undefined,
): Promise<{ resources: string[]; next?: string }> {
  const query = `WorkflowType = '${lockWorkflow}' AND ${visibly.open}`;
  try {
    const { ids, ...more } = await listPage(engine, { query, limit, cursor }, listWithinMs);
    const resources = ids.filter(id => id.startsWith(prefix)).map(id => id.slice(prefix.length));
    return { resources, ...more };
  } catch (cause) {
    if (cursor !== undefined && !(cause instanceof EngineUnavailable))
      throw new BadCursor('cursor', { cause });
    throw cause;
  }
}

/** Of one lock, which keeps nobody from the others. */
const untold = [WorkerUnavailable, ForeignWorkflow, PayloadUnreadable] as const;

async function listed(engine: Engine, resource: string, answerBy: Ms): Promise<ListedLock> {
  const withinMs = Math.min(answerBy - Date.now(), readWithinMs);
  if (withinMs <= 0) return { resource };
  try {
    return await readLock(engine, resource, withinMs);
  } catch (error) {
    if (untold.some(kind => error instanceof kind)) return { resource };
    throw error;
  }
}

/** One that only remembers who has released is free. */
function isUsed({ holders, waiters }: ListedLock): boolean {
  return holders === undefined || holders.length + (waiters?.length ?? 0) > 0;
}

async function inTurns<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += queriesAtOnce)
    results.push(...(await Promise.all(all.slice(from, from + queriesAtOnce).map(work))));
  return results;
}
