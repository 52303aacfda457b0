/** Owns telling a transaction's locks that it has ended. One that cannot be told now is told by the next attempt. */
import { type LockPorts } from '../../src/protocol/lock/ports';
import { whileBeating } from '../heartbeat';
import { type LockActivities } from '../types';

export function releaseActivity({
  releaseFor,
}: Pick<LockPorts, 'releaseFor'>): LockActivities['releaseLocks'] {
  return ({ transactionId, resources }) =>
    whileBeating(undefined, async () => {
      await Promise.all(resources.map(resource => releaseFor(transactionId, resource)));
    });
}
