/** Owns the set of activities that locks are made of. */
import { type LockPorts } from '../../src/protocol/lock/ports';
import { type LockActivities } from '../types';
import { acquireActivity } from './acquire';
import { lookActivity } from './look';
import { releaseActivity } from './release';

export function createLockActivities(ports: LockPorts): LockActivities {
  return {
    acquireLocks: acquireActivity(ports),
    releaseLocks: releaseActivity(ports),
    lookAt: lookActivity(ports),
  };
}
