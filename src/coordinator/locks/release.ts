/**
 * Owns releasing a lock on somebody's word: a lease's on its own caller's, anything on an operator's.
 *
 * I12: a transaction's lock is released so only where its workflow does not run.
 */
import { releaseUpdate } from '../../../workflows/lockMessages';
import { lockWorkflowId } from '../../../workflows/lockMessages';
import { type Engine } from '../engine';
import { isNotFound, isPassing } from '../engineErrors';
import { WorkerUnavailable } from '../errors';
import { type ReleaseRequest, type ReleaseResult } from './contract';
import { lookAt } from './look';
import { readLock } from './read';

const updateWithinMs = 3000;

/** @throws WorkerUnavailable, EngineUnavailable */
export async function release(engine: Engine, request: ReleaseRequest): Promise<ReleaseResult> {
  const { resource, holder, ownOf } = request;
  const sentAt = Date.now();
  const { holders, waiters } = await readLock(engine, resource);
  const claim = [...holders, ...waiters].find(each => each.holder === holder);
  if (claim === undefined) return 'none';
  if (claim.kind === 'transaction') {
    if (ownOf !== undefined) return 'none';
    const saw = await lookAt(engine, holder);
    if (saw === 'unread') throw new WorkerUnavailable('Temporal does not say whether the transaction runs');
    if (saw === 'running') return 'runs';
  }
  return tell(engine, request, sentAt);
}

async function tell(
  { client, connection }: Engine,
  { resource, holder, ownOf }: ReleaseRequest,
  sentAt: number,
): Promise<ReleaseResult> {
  const message = { holder, sentAt, ...(ownOf === undefined ? {} : { ownOf }) };
  try {
    const { released } = await connection.withDeadline(Date.now() + updateWithinMs, () =>
      client.workflow.getHandle(lockWorkflowId(resource)).executeUpdate(releaseUpdate, { args: [message] }),
    );
    return released ? 'released' : 'none';
  } catch (cause) {
    if (isNotFound(cause)) return 'none';
    if (!isPassing(cause)) throw cause;
    throw new WorkerUnavailable(
      'no worker answered: the lock may still be released; send the request again',
      {
        cause,
      },
    );
  }
}
