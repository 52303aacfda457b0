/**
 * Owns starting a transaction.
 *
 * I6: the id comes from caller and key, Temporal refuses a second workflow of that id for as long as it remembers the
 *     first, and the memo's hash tells a repeat from another request.
 * I10: `201` follows the durable start; a start whose result is unknown is repeated under the same id, and what cannot be told
 *      then is said with that id: "nothing was started" is said only of what was never handed over, or refused.
 */
import { WorkflowIdReusePolicy } from '@temporalio/client';
import { type TransactionInput, beginInput } from '../../../workflows/transaction/input';
import { begin } from '../../protocol/transaction/apply';
import { documentOf } from '../../protocol/transaction/document';
import { type TransactionId, isKeyed, keyedId, timedId } from '../../protocol/wire/ids';
import { requestHash } from '../../protocol/client/transactionRequest';
import { accept } from './accept';
import { type Reading, type StartOptions } from './contract';
import { isReachable } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isTooLarge } from '../../engine/errors';
import { EngineInTrouble, EngineUnavailable, KeyReused, RequestTooLarge, StartUnknown } from '../errors';
import { type StartMemo, memoOf, startMemo } from '../../engine/facts/memo';
import { describe, read } from './read';
import { startRun } from './startRun';
import { isOwnedBy, type Owner } from '../../engine/facts/owner';

const tries = 3;
const lookWithinMs = 900;

/** @throws KeyReused, StartUnknown, EngineUnavailable, RequestTooLarge */
export async function start(engine: Engine, options: StartOptions): Promise<Reading> {
  const [id, ofNamesake] = idsOf(engine, options);
  const first = await startAs(engine, id, options);
  if (first !== undefined) return first;
  const own = ofNamesake === undefined ? undefined : await startAs(engine, ofNamesake, options);
  if (own === undefined) throw new KeyReused(ofNamesake ?? id);
  return own;
}

/**
 * Of a key, the id that every version has made of it, and one for where a namesake from elsewhere has used that key. A plain name
 * has no colon, so no other caller and key make the second one.
 */
function idsOf(
  { tag }: Engine,
  { caller, idempotencyKey: key }: StartOptions,
): readonly [TransactionId, TransactionId?] {
  if (key === undefined) return [timedId(tag, Date.now())];
  return [keyedId(tag, caller.plainName, key), keyedId(tag, `owner:${caller.name}`, key)];
}

/** Undefined where the id is another caller's. */
async function startAs(
  engine: Engine,
  id: TransactionId,
  { request, caller }: StartOptions,
): Promise<Reading | undefined> {
  const { limits, listsHeuristic } = engine;
  const accepted = accept(request, { limits, listsHeuristic, now: Date.now(), ...statusUrl(engine, id) });
  const whose = { startedBy: caller.plainName, owner: caller.name };
  const memo = startMemo(accepted, { requestHash: requestHash(request), ...whose });
  if (await startDurably(engine, id, { input: beginInput(accepted), memo }))
    return { document: documentOf(begin(id, accepted)) };
  return readRepeated(engine, id, { caller, hash: memo.requestHash });
}

function statusUrl({ publicUrl }: Engine, id: string): { statusUrl?: string } {
  return publicUrl === undefined ? {} : { statusUrl: `${publicUrl}/transactions/${id}` };
}

/** True where this call started it, false where it was there already. */
async function startDurably(
  engine: Engine,
  id: TransactionId,
  { input, memo }: { readonly input: TransactionInput; readonly memo: StartMemo },
): Promise<boolean> {
  demandNoTrouble(engine);
  const { link } = engine;
  if (link.inDoubt && !(await isReachable(engine, lookWithinMs)))
    // nothing was handed over; but of a key that was maybe so before
    throw isKeyed(id) ? new StartUnknown(id) : new EngineUnavailable('Temporal does not answer');
  let unknown: StartUnknown | undefined;
  for (let nth = 1; nth <= tries; nth += 1) {
    try {
      const reuse = WorkflowIdReusePolicy.REJECT_DUPLICATE;
      const runId = await startRun(engine, id, { input, memo, reuse });
      link.inDoubt = false;
      return runId !== undefined;
    } catch (error) {
      if (!(error instanceof StartUnknown)) throw unknown ?? refusal(error);
      link.inDoubt = true;
      unknown = error;
    }
  }
  throw unknown ?? new Error('a start is tried at least once');
}

/** Nothing is handed over that cannot be stored. @throws EngineInTrouble */
export function demandNoTrouble({ trouble }: Engine): void {
  const why = trouble();
  if (why !== undefined) throw new EngineInTrouble(why);
}

function refusal(error: unknown): unknown {
  if (!isTooLarge(error)) return error;
  return new RequestTooLarge('the request is more than Temporal stores', { cause: error });
}

/** It is there; where it cannot be read, all that can be told is its id. Undefined where it is another caller's. */
async function readRepeated(
  engine: Engine,
  id: TransactionId,
  { caller, hash }: { readonly caller: Owner; readonly hash: string },
): Promise<Reading | undefined> {
  try {
    const there = memoOf(await describe(engine, id));
    if (!isOwnedBy(there, caller)) return undefined;
    if (there.requestHash !== hash) throw new KeyReused(id);
    return await read(engine, id);
  } catch (error) {
    throw error instanceof EngineUnavailable ? new StartUnknown(id, { cause: error }) : error;
  }
}
