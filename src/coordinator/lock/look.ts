/** Owns looking whether a transaction's workflow runs: on its behalf a lock is granted, kept or given back. */
import { type Looked } from '../../protocol/lock/events';
import { describeRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable, isNotFound } from '../../engine/errors';
import { isTransaction } from '../../engine/facts/memo';
import { isOpen, runState } from '../../engine/facts/status';

/** Well below the time that a lock's workflow task may take. */
const answerWithinMs = 1500;

/** Of any coordinator in the namespace: they share the locks. `unread` where Temporal does not answer. */
export async function lookAt(engine: Engine, transactionId: string): Promise<Looked['saw']> {
  try {
    const description = await describeRun(engine, transactionId, answerWithinMs);
    const { status } = description;
    if (!isTransaction(description)) return 'unknown'; // another program's workflow has the id
    if (isOpen(status.name)) return 'running'; // a paused one as well: it goes on, and needs its locks (I12)
    return runState(status.name) === 'ended' ? 'ended' : 'interrupted';
  } catch (error) {
    if (isNotFound(error)) return 'unknown';
    if (error instanceof EngineUnavailable) return 'unread';
    throw error;
  }
}
