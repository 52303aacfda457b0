/** Owns the part of the workflow's model that keeps the activities for locks under way, as `driver.ts` does for participants. */
import { type Wanted } from '../../../src/protocol/transaction/wanted';
import { type LockSide, type LockWork } from './locks';
import { type Setting, type World } from './world';

type LockWanted = Extract<Wanted, { do: 'acquireLocks' | 'releaseLocks' }>;

export function reconcileLocks(world: World, want: readonly Wanted[]): World {
  if (world.locks.length === 0) return world;
  const keys = new Set(want.map(each => each.key));
  const running = new Set(world.lockWorks.map(each => each.key));
  const kept = world.lockWorks.map(each => (keys.has(each.key) ? each : cancelled(each)));
  const fresh = want.filter(isForLocks).filter(each => !running.has(each.key));
  return { ...world, lockWorks: [...kept, ...fresh.map(each => begun(world, each))] };
}

function isForLocks(wanted: Wanted): wanted is LockWanted {
  return wanted.do === 'acquireLocks' || wanted.do === 'releaseLocks';
}

const cancelled = (work: LockWork): LockWork =>
  work.do === 'release' || work.cancelled ? work : { ...work, cancelled: true };

function begun({ locks, firstTask }: World, wanted: LockWanted): LockWork {
  const placeOf = (resource: string): number => locks.findIndex(each => each.resource === resource);
  const { key } = wanted;
  if (wanted.do === 'releaseLocks') return { do: 'release', key, left: wanted.resources.map(placeOf) };
  const asked = wanted.locks.map(each => placeOf(each.resource));
  const fresh = { at: 0, repeated: false, cancelled: false } as const;
  return { do: 'acquire', key, nth: wanted.nth, locks: asked, ...fresh, within: firstTask };
}

export const isPartOfTask = (work: LockWork): boolean => work.do === 'acquire' && work.within;

/** The run was terminated: of what was open nobody hears again, but a request of it may still arrive. */
export function abandonLocks(world: World): World {
  const open = world.lockWorks.reduce(
    (each, work) => (work.do === 'acquire' && work.ending === undefined ? goAstray(each, work) : each),
    world,
  );
  return { ...open, lockWorks: [] };
}

/** The acquire that is open may arrive at any time, or never. */
export function goAstray(world: World, { locks, at }: Extract<LockWork, { do: 'acquire' }>): World {
  const index = locks[at];
  return index === undefined ? world : withLock(world, index, each => ({ ...each, stray: true }));
}

export function withLock(world: World, index: number, change: (lock: LockSide) => LockSide): World {
  return { ...world, locks: world.locks.map((lock, at) => (at === index ? change(lock) : lock)) };
}

export function withLockWork(world: World, work: LockWork, after: LockWork | undefined): World {
  const lockWorks = world.lockWorks.flatMap(each => (each === work ? (after ?? []) : each));
  return { ...world, lockWorks };
}

export function areLocksAwaited(world: World, { core }: Setting): boolean {
  return world.locks.length > 0 && core.wanted.wanted(world.t).some(each => each.do === 'awaitLocks');
}

/** It has ended, and nothing of it is under way: its workflow has closed. */
export function isOver({ t, lockWorks }: World): boolean {
  return t.stage === 'ended' && lockWorks.length === 0;
}
