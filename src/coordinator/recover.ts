/**
 * Owns taking a transaction up again that ended abnormally in Temporal (terminated, failed, timed out), under its own id.
 * It never guesses: without the state that the closed run itself tells, nothing is started.
 */
import { type Recovered } from './contract';
import { type Engine } from './engine';
import { ExpiredTransaction, UnknownTransaction } from './errors';
import { describe } from './read';

/** @throws EngineUnavailable */
export async function recover(engine: Engine, id: string): Promise<Recovered> {
  try {
    const { status } = await describe(engine, id);
    if (status.name === 'RUNNING') return { is: 'running' };
    return status.name === 'COMPLETED' ? { is: 'ended' } : { is: 'noWorker' };
  } catch (error) {
    if (error instanceof UnknownTransaction || error instanceof ExpiredTransaction) return { is: 'unknown' };
    throw error;
  }
}
