/** Owns settling by other than the coordinator's own call: by an operator, or by what the coordinator's status says. */
import { type Settled, type Settlement } from './contract';
import { type ResourceManager } from './resourceManager';

export async function settle(manager: ResourceManager, settlement: Settlement): Promise<Settled> {
  const { outcome, by, reason, ...key } = settlement;
  const settledBy = `${by}: ${reason}`;
  return outcome === 'committed' ? manager.commit(key, settledBy) : manager.rollback(key, settledBy);
}
