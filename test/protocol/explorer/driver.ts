/**
 * Owns the model of the workflow: events are fed to the core, then what is under way is reconciled with what is wanted.
 * Keys no longer wanted are cancelled and run on until they ended; missing ones are started. Replay after a crash gives the
 * same state, so a crash shows only in the activities that it loses (`activities.ts`).
 */
import { type Event } from '../../../src/protocol/transaction/events';
import { type Call, type Participant, type Transaction } from '../../../src/protocol/transaction/state';
import { type Wanted } from '../../../src/protocol/transaction/wanted';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type Core } from './core';
import { type Beginning, beginning } from './firstTask';
import { abandonLocks, isPartOfTask as isAcquiringInTask, reconcileLocks } from './lockDriver';
import { lockNames, newLock } from './locks';
import { type Setting, type Side, type Work, type World, newSide, now } from './world';

export function start(setting: Setting): World {
  const { scenario } = setting;
  const { t, firstTask } = beginning(setting);
  const sides = scenario.kinds.map(newSide);
  const { faults: faultsLeft, operator } = scenario;
  const recoveriesLeft = scenario.recoveries ?? 0;
  const around = {
    faultsLeft,
    operator,
    recoveriesLeft,
    firstTask,
    releasedEarly: false,
    commitSpent: false,
    quietForOthers: false,
  };
  const locks = lockNames(scenario.locks ?? 0).map(newLock);
  return reconcile({ t, time: 0, sides, locks, lockWorks: [], ...around }, setting);
}

/** The same around it, when its first task is given out again. */
export function beginAgain(around: World, begun: Beginning, setting: Setting): World {
  return reconcile({ ...around, ...begun }, setting);
}

export function feed(world: World, event: Event, setting: Setting): World {
  const t = setting.core.apply.apply(world.t, event, now(world));
  return reconcile({ ...world, t }, setting);
}

/**
 * The run is terminated and the transaction taken up again. Activities that ended after the last workflow task are steps of
 * their own before this one; of the others nobody hears again: a request of each may have been sent, or may yet be when a
 * frozen sender wakes up.
 */
export function resume(world: World, setting: Setting): World {
  const recovery = { at: now(world), from: 'run', why: 'terminated' };
  const { assumeAsked } = setting.core.firstRound;
  const left = world.firstTask ? assumeAsked(beginning(setting).t) : world.t; // of the first task nothing is recorded
  const t = setting.core.resume.resume(left, recovery);
  const sides = world.sides.map(abandoned);
  const recoveriesLeft = world.recoveriesLeft - 1;
  const after = { ...abandonLocks(world), t, sides, firstTask: false, recoveriesLeft };
  return reconcile(after, setting);
}

function abandoned(side: Side): Side {
  const open = side.works.filter(({ result }) => result === undefined).map(({ phase }) => [phase, true]);
  const onTheWay = { ...side.onTheWay, ...(Object.fromEntries(open) as Partial<Side['onTheWay']>) };
  return { ...side, works: [], onTheWay };
}

/** The work under way that belongs to one key: a round with its members, or one participant's own call. */
export function keyOf(work: Work, { name }: Pick<Side, 'name'>): string {
  return work.lane === 'round' ? `${work.phase} round` : `${work.phase} ${name} #${String(work.nth)}`;
}

export function isQuietAwaited(world: World, setting: Setting): boolean {
  return setting.core.wanted.wanted(world.t).some(w => w.do === 'awaitQuiet');
}

function reconcile(world: World, setting: Setting): World {
  const want = setting.core.wanted.wanted(world.t);
  const keys = new Set(want.map(w => w.key));
  const running = new Set(world.sides.flatMap(side => side.works.map(work => keyOf(work, side))));
  const missing = want.filter(w => !running.has(w.key));
  const sides = world.sides.map((side, index) => {
    const fresh = missing
      .flatMap(w => begun(world.t, w, { index, core: setting.core }))
      .map(work => (isWithin(world, work, setting) ? { ...work, begun: 'within' as const } : work));
    const kept = side.works.every(work => work.cancelled || keys.has(keyOf(work, side)));
    if (fresh.length === 0 && kept) return side;
    const works = side.works.map(work => (keys.has(keyOf(work, side)) ? work : cancelled(work)));
    return { ...side, works: [...works, ...fresh] };
  });
  const after = reconcileLocks({ ...world, sides }, want);
  const asks = sides.some(side => side.works.some(isPartOfTask)) || after.lockWorks.some(isAcquiringInTask);
  return { ...after, firstTask: world.firstTask && asks };
}

function isWithin({ firstTask }: World, { lane, phase }: Work, { core }: Setting): boolean {
  return firstTask && lane === 'round' && core.firstRound.isWithinTask(phase);
}

const isPartOfTask = ({ begun }: Work): boolean => begun === 'within';

const cancelled = (work: Work): Work => (work.cancelled ? work : { ...work, cancelled: true });

interface Begun {
  readonly phase: Phase;
  readonly call: Call;
  readonly core: Core;
}

function begun(t: Transaction, wanted: Wanted, { index, core }: { index: number; core: Core }): Work[] {
  const p = t.participants[index];
  if (p?.call === undefined || (wanted.do !== 'own' && wanted.do !== 'round')) return [];
  const { phase } = wanted;
  if (wanted.do === 'own')
    return wanted.to === p.target.name ? [workFor(t, p, { phase, call: wanted.call, core })] : [];
  return wanted.to.includes(p.target.name) ? [workFor(t, p, { phase, call: p.call, core })] : [];
}

function workFor(t: Transaction, p: Participant, { phase, call, core }: Begun): Work {
  const standing = phase === 'prepare' ? {} : { standing: core.standing.standingOf(t, p, phase) };
  const { lane, nth } = call;
  const limit = limitOf(t, phase, call);
  const exposure = { reached: false, unanswered: false, notNo: false };
  return { phase, lane, nth, limit, requests: 0, exposure, ...standing, cancelled: false };
}

/** The first attempt of an own call that was handed over rethrows: it stands for the round's request. */
function limitOf(t: Transaction, phase: Phase, call: Call): number {
  if (call.lane === 'round' || call.once) return 1;
  if (call.endless) return 0;
  const { prepareAttempts, completionAttempts } = t.accepted.limits;
  return Math.max(1, (phase === 'prepare' ? prepareAttempts : completionAttempts) - call.sentBefore);
}

/** The side without the work, once its ending was fed. */
export function withoutWork(side: Side, work: Work): Side {
  return { ...side, works: side.works.filter(each => each !== work) };
}
