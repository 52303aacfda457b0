/** Owns settling by other than the coordinator's own call: by an operator, or by what the coordinator's status says. */
import { type Settled, type Settlement } from './contract';
import { type Engine } from './engine';

export async function settle(engine: Engine, settlement: Settlement): Promise<Settled> {
  const { outcome, by, reason, ...key } = settlement;
  const settledBy = `${by}: ${reason}`;
  return outcome === 'committed' ? engine.commit(key, settledBy) : engine.rollback(key, settledBy);
}
