/** Owns what must hold of locks in every state (I12, I7), judged by what the locks did and what was sent. */
import { type Violation } from './checks';
import { keyOf } from './driver';
import { isOver } from './lockDriver';
import { type LockSide, tokenOf } from './locks';
import { type Setting, type Side, type World } from './world';

export function lockViolations(before: World | undefined, after: World, setting: Setting): Violation[] {
  if (after.locks.length === 0) return [];
  const steps =
    before === undefined
      ? []
      : [...order(before, after), ...keeping(before, after), ...asking(before, after)];
  return [
    ...steps,
    ...holding(after),
    ...telling(after, setting),
    ...waking(after),
    ...ending(after),
    ...resting(after),
  ];
}

const unless = (holds: boolean, what: string, promise: Violation['promise'] = 'I12'): Violation[] =>
  holds ? [] : [{ promise, what }];

/** Who is asked for the first time has all before it granted: so no two transactions wait for each other. */
function order(before: World, after: World): Violation[] {
  return after.locks.flatMap((lock, index) => {
    const isNew =
      before.locks[index]?.state === 'unheard' && lock.state !== 'unheard' && lock.state !== 'over';
    const earlier = after.locks
      .slice(0, index)
      .every(each => each.state === 'granted' || each.state === 'over');
    return unless(!isNew || earlier, `${lock.resource} is asked before those before it are held`);
  });
}

function keeping(before: World, after: World): Violation[] {
  return after.locks.flatMap((lock, index) => {
    const givenBack = before.locks[index]?.state === 'granted' && lock.state === 'over';
    const ends = after.t.stage === 'ended' || after.releasedEarly; // what must hold of that: `asking`, `resting`
    return unless(!givenBack || ends, `${lock.resource} is given back before the end`);
  });
}

/** Told early, within a task that was lost: from then on nothing more is sent, whatever else is heard before the end. */
function asking(before: World, after: World): Violation[] {
  const isNew = after.sides.some((side, index) => {
    const known = before.sides[index]?.works.map(work => keyOf(work, side)) ?? [];
    return side.works.some(work => !known.includes(keyOf(work, side)));
  });
  return unless(!after.releasedEarly || !isNew, 'a participant is asked after a lock was given back');
}

/** And nothing that was sent is open. */
function resting({ releasedEarly, sides }: World): Violation[] {
  const isOpen = sides.some(side => side.works.some(({ result }) => result === undefined));
  return unless(!releasedEarly || !isOpen, 'a lock is given back while a participant is asked');
}

const isGranted = (lock: LockSide): boolean => lock.state === 'granted';
/** A rollback alone may be for what a lost first task is only assumed to have asked. */
const wasAsked = (side: Side): boolean =>
  side.works.some(({ phase }) => phase !== 'rollback') ||
  side.onTheWay.prepare ||
  side.facts.answered.prepare;

/** From before the first prepare until the end. */
function holding({ t, sides, locks, releasedEarly }: World): Violation[] {
  const must = t.stage !== 'ended' && !releasedEarly && sides.some(wasAsked);
  return unless(!must || locks.every(isGranted), 'a participant is asked while a lock is not held');
}

/**
 * What goes into every request: those that were granted, each with its token, in order. But a rollback because of what a lost first task
 * may have asked for tells what is known.
 */
function telling({ t, sides, locks }: World, { core, scenario }: Setting): Violation[] {
  const works = sides.flatMap(side => side.works);
  if (works.length === 0) return [];
  const told = core.locking.heldLocks(t).map(each => `${each.resource} ${String(each.fencingToken)}`);
  const granted = locks.map((lock, index) => `${lock.resource} ${String(tokenOf(index))}`);
  const isAll = told.join() === granted.join();
  const isBlind = scenario.fast === true && works.every(({ phase }) => phase === 'rollback');
  const isPart = isBlind && told.every(each => granted.includes(each));
  return unless(isAll || isPart, `participants are told of ${told.join()}`, 'I7');
}

/** In time, somebody has still to answer or to tell: the deadline is no way to wake up. */
function waking({ t, time, locks, lockWorks }: World): Violation[] {
  const waits = t.stage === 'acquiringLocks' && time === 0 && lockWorks.length === 0;
  const comes = locks.some(lock => lock.state === 'waits' || lock.signal === 'due');
  return unless(!waits || comes, 'it waits for a lock, and nobody will tell it', 'liveness');
}

function ending(world: World): Violation[] {
  const acquires = world.lockWorks.some(work => work.do === 'acquire');
  const left = world.locks.filter(each => each.state === 'granted' || each.state === 'waits');
  const names = left.map(each => each.resource).join(' and ');
  return [
    ...unless(world.t.stage !== 'ended' || !acquires, 'it has ended while locks are being acquired'),
    ...unless(!isOver(world) || left.length === 0, `it is over, and ${names} was not told`),
  ];
}
