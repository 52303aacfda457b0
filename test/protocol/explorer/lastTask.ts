/**
 * Owns the model of a last task that releases locks, and is lost: the locks have been told, and nothing else has been. What was in history
 * before the task is heard again by the next try, after whatever has come meanwhile; what was not, an update or what the first task
 * heard, never was.
 */
import { type Event } from '../../../src/protocol/transaction/events';
import { deliveries } from './deliveries';
import { feed } from './driver';
import { type Beginning, lostTask } from './firstTask';
import { withLock } from './lockDriver';
import { become, lockDeliveries } from './lockSteps';
import { operatorEvents } from './operators';
import { type Step } from './step';
import { type Setting, type World } from './world';

interface End {
  readonly label: string;
  readonly event: Event;
  readonly after: World;
  /** What is left of the world where the task is lost. */
  readonly before: World;
  readonly updated: boolean;
}

/** @param begin the world of a transaction that begins, with what is around it */
export function* lastTaskSteps(
  world: World,
  setting: Setting,
  begin: (around: World, beginning: Beginning) => World,
): Generator<Step> {
  const { scenario, core } = setting;
  const { faultsLeft, firstTask } = world;
  if (scenario.fast !== true || world.locks.length === 0 || faultsLeft === 0) return;
  for (const { label, event, after, before, updated } of ends(world, setting)) {
    if (!core.lastTask.endsForSure(event, { isFirst: firstTask, updated })) continue;
    const spoilt = { ...before, faultsLeft: faultsLeft - 1 };
    const left = (): World => (firstTask ? lostTask(spoilt, setting, begin) : spoilt);
    for (const index of released(after, setting)) {
      const next = (): World => toldEarly(left(), index);
      yield { label: `the last task (${label}) tells l${String(index + 1)} of the end, and is lost`, next };
    }
  }
}

function toldEarly(world: World, index: number): World {
  return { ...withLock(world, index, lock => become(lock, 'over')), releasedEarly: true };
}

function released({ t, locks }: World, { core }: Setting): number[] {
  const resources = core.wanted.wanted(t).flatMap(each => (each.do === 'releaseLocks' ? each.resources : []));
  return [...locks.keys()].filter(
    index => locks[index]?.state !== 'over' && resources.includes(locks[index]?.resource ?? ''),
  );
}

function* ends(world: World, setting: Setting): Generator<End> {
  if (world.t.stage === 'ended') return;
  yield* endsBy(world, setting, { before: world, updated: false, with: '' });
  for (const { label, event, around } of operatorEvents(world, setting)) {
    const after = reached(() => feed(around, event, setting));
    const before = { ...world, operator: around.operator };
    if (after?.t.stage === 'ended') yield { label, event, after, before, updated: true };
    else if (after !== undefined)
      yield* endsBy(after, setting, { before, updated: true, with: `${label}, ` });
  }
}

/** Undefined where the core refuses: the step itself says so. */
function reached(next: () => World): World | undefined {
  try {
    return next();
  } catch {
    return undefined;
  }
}

interface Rest extends Pick<End, 'before' | 'updated'> {
  readonly with: string;
}

function* endsBy(world: World, setting: Setting, { before, updated, with: beside }: Rest): Generator<End> {
  for (const { label, event, next } of [...deliveries(world, setting), ...lockDeliveries(world, setting)]) {
    const after = reached(next);
    if (after?.t.stage === 'ended') yield { label: `${beside}${label}`, event, after, before, updated };
  }
}
