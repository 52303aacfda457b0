/** Owns the look at transactions' workflows, for a lock. Brief: whoever is first in its queue waits for it. */
import { lookAt } from '../../src/coordinator/lock/look';
import { type Engine } from '../../src/engine/engine';
import { type LockActivities } from '../../src/protocol/lock/steps';

export function lookActivity(engine: Engine): LockActivities['lookAt'] {
  return ids => Promise.all(ids.map(async holder => ({ holder, saw: await lookAt(engine, holder) })));
}
