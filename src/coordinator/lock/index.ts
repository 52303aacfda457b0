/** Owns locks as the routes see them. */
import { type Engine } from '../../engine/engine';
import { acquire } from './acquire';
import { type Locks } from './contract';
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
