/**
 * Owns releasing a lock on somebody's word: a lease's on its own caller's, anything on an operator's.
 *
 * I12: a transaction's lock is released so only where its workflow does not run. Only a transaction's holder looks like an id.
 * What is nobody's yet is told as well: an acquire of it may be on its way, and comes late then.
 */
import { randomUUID } from 'node:crypto';
import { looksLikeId } from '../../protocol/wire/ids';
import { type Ms } from '../../protocol/wire/phases';
import { lockWorkflowId, releaseUpdate } from '../../../workflows/lock/messages';
import { handleOf, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound, updateFailure } from '../../engine/errors';
import { EngineInTrouble } from '../errors';
import { type ReleaseRequest, type ReleaseResult } from './contract';
import { isReleased } from '../../protocol/lock/results';
import { strangerAt } from './inTheWay';
import { lookAt } from './look';
import { patiently } from './patience';
import { readLock } from './read';
import { given } from '../../protocol/wire/given';

const answerWithinMs = 4000;
const busyWithinMs = 8000;
/** Of one attempt. */
const updateWithinMs = 2000;
const besides = ': the lock may still be released; send the request again';

/** @throws ForeignWorkflow, WorkerUnavailable, EngineUnavailable */
export async function release(engine: Engine, request: ReleaseRequest): Promise<ReleaseResult> {
  const { holder, ownOf } = request;
  const sentAt = Date.now();
  const changed = await changedBy(engine, request);
  if (changed !== undefined) return changed;
  if (looksLikeId(holder)) {
    if (ownOf !== undefined) return 'none';
    const saw = await lookAt(engine, holder);
    if (saw === 'unread')
      throw new EngineInTrouble('Temporal does not say whether the transaction runs; try again');
    if (saw === 'running') {
      const isHeld = request.fencingToken !== undefined; // seen above, with that token
      return isHeld || (await isClaimed(engine, request)) ? 'runs' : 'none';
    }
  }
  return tell(engine, request, sentAt);
}

/** The lock compares too, when it hears of it; a worker of a version before does not, and until then this is all that is compared. */
async function changedBy(
  engine: Engine,
  { resource, holder, fencingToken }: ReleaseRequest,
): Promise<'none' | 'changed' | undefined> {
  if (fencingToken === undefined) return undefined;
  const { holders, waiters } = await readLock(engine, resource);
  const held = holders.find(each => each.holder === holder);
  if (held?.fencingToken === fencingToken) return undefined;
  return held === undefined && !waiters.some(each => each.holder === holder) ? 'none' : 'changed';
}

async function isClaimed(engine: Engine, { resource, holder }: ReleaseRequest): Promise<boolean> {
  const { holders, waiters } = await readLock(engine, resource);
  return [...holders, ...waiters].some(each => each.holder === holder);
}

/** Under one update id, so that a repeat is told what the first one did. */
function tell(
  engine: Engine,
  { resource, holder, ownOf, fencingToken }: ReleaseRequest,
  sentAt: Ms,
): Promise<ReleaseResult> {
  const message = { holder, sentAt, ...given({ ownOf, fencingToken }) };
  const updateId = randomUUID();
  const handle = handleOf(engine, lockWorkflowId(resource));
  const began = Date.now();
  const patience = {
    ...{ engine, resource },
    answerBy: began + answerWithinMs,
    busyBy: began + busyWithinMs,
    besides,
  };
  return patiently(patience, async leftMs => {
    try {
      const execute = (): Promise<unknown> =>
        handle.executeUpdate(releaseUpdate, { args: [message], updateId });
      const answer = await within(engine, leftMs, execute, updateWithinMs);
      if (!isReleased(answer)) throw await strangerAt(engine, resource);
      return answer.released ? 'released' : 'none';
    } catch (error) {
      if (isNotFound(error)) return 'none';
      if (updateFailure(error)?.type === 'Conflict') return 'changed';
      throw error;
    }
  });
}
