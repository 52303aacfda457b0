/** Owns locks as the routes and a worker's activities see them. */
import { type LockPorts } from '../../protocol/lock/ports';
import { type Engine } from '../engine';
import { acquire } from './acquire';
import { ask, releaseFor } from './ask';
import { type Locks } from './contract';
import { lookAt } from './look';
import { listLocks, readLock } from './read';
import { release } from './release';

export type { Leased, ListedLock, Locks } from './contract';

export function createLocks(engine: Engine): Locks {
  return {
    acquire: request => acquire(engine, request),
    release: request => release(engine, request),
    read: resource => readLock(engine, resource),
    list: page => listLocks(engine, page),
  };
}

export function createLockPorts(engine: Engine): LockPorts {
  return {
    ask: (resource, message) => ask(engine, resource, message),
    releaseFor: (transactionId, resource) => releaseFor(engine, transactionId, resource),
    lookAt: transactionId => lookAt(engine, transactionId),
  };
}
