/** Owns looking whether a transaction's workflow runs: on its behalf a lock is granted, kept or given back. */
import { type Looked } from '../../protocol/lock/events';
import { describeRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound, isTransient } from '../../engine/errors';
import { runState } from '../../engine/facts/status';

/** Well below the time that a lock's workflow task may take. */
const answerWithinMs = 1500;

/** Of any coordinator in the namespace: they share the locks. `unread` where Temporal does not answer. */
export async function lookAt(engine: Engine, transactionId: string): Promise<Looked['saw']> {
  try {
    const { status } = await describeRun(engine, transactionId, answerWithinMs);
    const state = runState(status.name);
    return state === 'running' || state === 'ended' ? state : 'interrupted';
  } catch (error) {
    if (isNotFound(error)) return 'unknown';
    if (isTransient(error)) return 'unread';
    throw error;
  }
}
