/** Owns the set of activities that locks are made of. */
import { type Engine } from '../../src/engine/engine';
import { type LockActivities } from '../../src/protocol/lock/steps';
import { acquireActivity } from './acquire';
import { firstAcquireActivity } from './first';
import { lastReleaseActivity } from './last';
import { lookActivity } from './look';
import { type Places } from './places';
import { releaseActivity } from './release';

/** @param within for those that are part of a workflow task */
export function createLockActivities(engine: Engine, within: Places): LockActivities {
  return {
    acquireFirst: firstAcquireActivity(engine, within),
    acquireLocks: acquireActivity(engine),
    releaseLast: lastReleaseActivity(engine, within),
    releaseLocks: releaseActivity(engine),
    lookAt: lookActivity(engine),
  };
}
