/** Owns the set of activities that locks are made of. */
import { type Engine } from '../../src/engine/engine';
import { type LockActivities } from '../../src/protocol/lock/steps';
import { acquireActivity } from './acquire';
import { lookActivity } from './look';
import { releaseActivity } from './release';

export function createLockActivities(engine: Engine): LockActivities {
  return {
    acquireLocks: acquireActivity(engine),
    releaseLocks: releaseActivity(engine),
    lookAt: lookActivity(engine),
  };
}
