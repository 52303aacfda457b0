/** Owns looking whether a transaction's workflow runs: on its behalf a lock is granted, kept or given back. */
import { type Looked } from '../../protocol/lock/events';
import { type Engine } from '../../engine/engine';
import { isNotFound, isTransient } from '../../engine/errors';

/** Well below the time that a lock's workflow task may take. */
const answerWithinMs = 1500;

/** Of any coordinator in the namespace: they share the locks. `unread` where Temporal does not answer. */
export async function lookAt({ client, connection }: Engine, transactionId: string): Promise<Looked['saw']> {
  try {
    const { status } = await connection.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(transactionId).describe(),
    );
    if (status.name === 'RUNNING') return 'running';
    return status.name === 'COMPLETED' ? 'ended' : 'interrupted';
  } catch (error) {
    if (isNotFound(error)) return 'unknown';
    if (isTransient(error)) return 'unread';
    throw error;
  }
}
