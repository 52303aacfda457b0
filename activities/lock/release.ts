/** Owns telling a transaction's locks that it has ended. One that cannot be told now is told by the next attempt. */
import { releaseFor } from '../../src/coordinator/lock/ask';
import { type Engine } from '../../src/engine/engine';
import { type LockActivities } from '../../src/protocol/lock/steps';
import { whileAsking } from '../whileAsking';

export function releaseActivity(engine: Engine): LockActivities['releaseLocks'] {
  return ({ transactionId, resources }) =>
    whileAsking(async () => {
      await Promise.all(resources.map(resource => releaseFor(engine, transactionId, resource)));
    });
}
