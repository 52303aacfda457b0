/** Owns telling, in the document of a transaction that waits for a lock, who has it now: the transaction itself knows who had it. */
import { type LockStateDocument, type TransactionDocument } from '../../protocol/client/document';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable, ForeignWorkflow, PayloadUnreadable, WorkerUnavailable } from '../errors';
import { readLock } from './read';

/** There is an answer already: this only makes it fresher. */
const queryWithinMs = 300;

export async function withHolders(
  engine: Engine,
  document: TransactionDocument,
): Promise<TransactionDocument> {
  const { state, locks } = document;
  if (state !== 'acquiringLocks' || !locks?.some(isWaiting)) return document;
  const fresh = await Promise.all(
    locks.map(async each => (isWaiting(each) ? refreshed(engine, document.id, each) : each)),
  );
  return { ...document, locks: fresh };
}

function isWaiting({ state }: LockStateDocument): boolean {
  return state === 'waiting';
}

const unanswered = [EngineUnavailable, WorkerUnavailable, ForeignWorkflow, PayloadUnreadable] as const;

async function refreshed(engine: Engine, id: string, lock: LockStateDocument): Promise<LockStateDocument> {
  try {
    const { holders, waiters } = await readLock(engine, lock.resource, queryWithinMs);
    const ahead = waiters.findIndex(each => each.holder === id);
    if (ahead < 0) return lock; // granted, or given up, a moment ago
    return { ...lock, heldBy: holders.map(each => each.holder), ahead };
  } catch (error) {
    if (unanswered.some(kind => error instanceof kind)) return lock;
    throw error;
  }
}
