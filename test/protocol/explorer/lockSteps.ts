/** Owns what can happen next to the locks of a transaction: requests, answers, signals, the clock, and what is lost of them. */
import { type LocksEnding } from '../../../src/protocol/transaction/events';
import { type Delivery } from './deliveries';
import { feed } from './driver';
import { areLocksAwaited, goAstray, isOver, withLock, withLockWork } from './lockDriver';
import {
  type Acquiring,
  type LockReaction,
  type LockSide,
  type OpenAnswer,
  type Releasing,
  lockRequest,
  onAcquire,
  tokenOf,
} from './locks';
import { type Step, rank } from './step';
import { type Setting, type World } from './world';

export function* lockSteps(world: World, setting: Setting): Generator<Step> {
  for (const work of world.lockWorks) {
    if (work.do === 'release') yield* release(world, work, setting);
    else if (work.ending === undefined) yield* acquire(world, work, setting);
    else yield { ...delivery(world, work, setting), fair: rank.deliver };
  }
  for (const index of world.locks.keys()) {
    yield* signals(world, index, setting);
    yield* strays(world, index);
    yield* moves(world, index, setting);
  }
  yield* overdue(world, setting);
}

/** What came of acquiring, and has not been heard yet. */
export function* lockDeliveries(world: World, setting: Setting): Generator<Delivery> {
  for (const work of world.lockWorks)
    if (work.do === 'acquire' && work.ending !== undefined) yield delivery(world, work, setting);
}

function delivery(world: World, work: Acquiring, setting: Setting): Delivery {
  const ending = work.ending ?? { is: 'lost' };
  const known = ending.is === 'gaveUp' || ending.is === 'lost' ? [] : work.locks.slice(0, work.at);
  const held = known.map(index => ({ ...lockRequest(nameOf(world, index)), fencingToken: tokenOf(index) }));
  const repeated = work.repeated ? ({ repeated: true } as const) : {};
  const rest = { held, ending, ...repeated };
  const answer = work.before === undefined ? rest : setting.core.firstLocks.joined(work.before, rest);
  const event = { type: 'locksAnswered', nth: work.nth, ...answer } as const;
  const next = () => feed(withLockWork(world, work, undefined), event, setting);
  return { label: `"${work.key}" ends: ${ending.is}`, event, next };
}

const nameOf = ({ locks }: World, index: number): string => locks[index]?.resource ?? '';

function ended(world: World, work: Acquiring, ending: LocksEnding): () => World {
  return () => withLockWork(world, work, { ...work, ending });
}

function* acquire(world: World, work: Acquiring, setting: Setting): Generator<Step> {
  const index = work.locks[work.at];
  const lock = index === undefined ? undefined : world.locks[index];
  if (index === undefined || lock === undefined) return;
  const cut = ended(goAstray(world, work), work, { is: 'gaveUp' });
  if (work.cancelled) yield { label: 'acquiring is given up', next: cut, fair: rank.cutOff };
  const late = world.time > 0;
  const tooLate = ended(world, work, { is: 'overdue' });
  if (late) yield { label: 'acquiring stops: too late', next: tooLate, fair: rank.answer };
  for (const reaction of onAcquire(lock, true)) {
    const next = () => answered(world, { work, index, reaction });
    const label = `${lock.resource} is asked: ${reaction.answer}`;
    yield { label, next, ...(late ? {} : { fair: rank.answer }) };
  }
  if (work.within) yield* bound(world, work, setting);
  else if (world.faultsLeft > 0) yield* losses({ ...world, faultsLeft: world.faultsLeft - 1 }, work);
}

/** The first task waits no longer: what it has not got is left to the regular activity. What it got may be lost with its result. */
function* bound(world: World, work: Acquiring, setting: Setting): Generator<Step> {
  const held = work.locks
    .slice(0, work.at)
    .map(index => ({ ...lockRequest(nameOf(world, index)), fencingToken: tokenOf(index) }));
  const astray = goAstray(world, work);
  const goOn = (from: World, before: OpenAnswer) => () => goesOn(from, work, { before, setting });
  yield {
    label: 'the bound passes, and no lock is being asked',
    next: goOn(world, { held, ending: { is: 'open', asked: false } }),
  };
  yield {
    label: 'the bound passes, and a lock is being asked',
    next: goOn(astray, { held, ending: { is: 'open', asked: true } }),
  };
  if (world.faultsLeft === 0) return;
  yield {
    label: 'what the first task got is lost',
    next: goOn(
      { ...astray, faultsLeft: world.faultsLeft - 1 },
      { held: [], ending: { is: 'open', asked: true } },
    ),
  };
}

interface GoingOn {
  readonly before: OpenAnswer;
  readonly setting: Setting;
}

function goesOn(world: World, work: Acquiring, { before, setting }: GoingOn): World {
  const asked = work.locks.map(index => lockRequest(nameOf(world, index)));
  const left = setting.core.firstLocks.leftOf(asked, before).map(({ resource }) => resource);
  const locks = work.locks.filter(index => left.includes(nameOf(world, index)));
  const after = { ...work, within: false, before, locks, at: 0 };
  return { ...withLockWork(world, work, after), firstTask: false };
}

interface Answered {
  readonly work: Acquiring;
  readonly index: number;
  readonly reaction: LockReaction;
}

function answered(world: World, { work, index, reaction }: Answered): World {
  const resource = nameOf(world, index);
  const moved = withLock(world, index, lock => become(lock, reaction.next));
  if (reaction.answer === 'waits')
    return ended(moved, work, { is: 'waits', resource, heldBy: [], ahead: 0 })();
  if (reaction.answer === 'refused') return ended(moved, work, { is: 'refused', resource, why: '' })();
  const at = work.at + 1;
  const after = { ...work, at };
  const all = { ...after, ending: { is: 'all' } } as const;
  return withLockWork(moved, work, at === work.locks.length ? all : after);
}

export function become(lock: LockSide, state: LockSide['state']): LockSide {
  return state === 'over' ? { ...lock, state, stray: false } : { ...lock, state };
}

/** No answer, or the worker is lost: it is repeated from the start, and what was open may arrive. Or it is lost for good. */
function* losses(world: World, work: Acquiring): Generator<Step> {
  const astray = goAstray(world, work);
  const again = { ...work, at: 0, repeated: true };
  yield { label: 'acquiring is lost, and repeated', next: () => withLockWork(astray, work, again) };
  const lost = { ...work, at: 0, ending: { is: 'lost' } } as const;
  yield { label: 'acquiring is lost for good', next: () => withLockWork(astray, work, lost) };
}

/** The grant is told once at least; what was told may be told again. */
function* signals(world: World, index: number, setting: Setting): Generator<Step> {
  const lock = world.locks[index];
  if (lock === undefined || lock.signal === 'none' || isOver(world) || world.firstTask) return;
  const told = withLock(world, index, each => ({ ...each, signal: 'told' }));
  const event = { type: 'lockGranted', resource: lock.resource, fencingToken: tokenOf(index) } as const;
  const again = lock.signal === 'told' ? ' again' : '';
  const fair = lock.signal === 'due' ? { fair: rank.deliver } : {};
  yield {
    label: `${lock.resource} tells its grant${again}`,
    next: () => feed(told, event, setting),
    ...fair,
  };
}

/** A sender that was frozen goes on to the next lock when this one is granted. */
function* strays(world: World, index: number): Generator<Step> {
  const lock = world.locks[index];
  if (lock?.stray !== true) return;
  for (const { answer, next: state } of onAcquire(lock, !isOver(world))) {
    if (answer !== 'granted' && state === lock.state) continue;
    const moved = withLock(world, index, each => become(each, state));
    const after = answer === 'granted' ? withLock(moved, index + 1, astray) : moved;
    yield { label: `an old acquire arrives at ${lock.resource}: ${answer}`, next: () => after };
  }
}

const astray = (lock: LockSide): LockSide => (lock.state === 'over' ? lock : { ...lock, stray: true });

/** What a lock does of its own accord. A look at a transaction that has ended, or had been terminated, ends its waiting. */
function* moves(world: World, index: number, { scenario }: Setting): Generator<Step> {
  const lock = world.locks[index];
  if (lock?.state !== 'waits') return;
  const to = (change: Partial<LockSide>) => () => withLock(world, index, each => ({ ...each, ...change }));
  if (!isOver(world)) {
    const next = to({ state: 'granted', signal: 'due' });
    yield { label: `${lock.resource} is granted`, next, fair: rank.serviceGoesOn };
  }
  if (world.time > 0)
    yield { label: `${lock.resource} is awaited no longer`, next: to({ state: 'unheard' }) };
  if (world.recoveriesLeft < (scenario.recoveries ?? 0)) {
    const next = to({ state: 'over', stray: false });
    yield { label: `${lock.resource} looked and found it terminated`, next };
  }
}

function* overdue(world: World, setting: Setting): Generator<Step> {
  if (world.time === 0 || !areLocksAwaited(world, setting)) return;
  const next = () => feed(world, { type: 'locksOverdue' }, setting);
  yield { label: 'the timer says: locks are overdue', next, fair: rank.quiet };
}

/** A release is repeated until every lock has it. */
function* release(world: World, work: Releasing, setting: Setting): Generator<Step> {
  if (work.left.length === 0) {
    const next = () => feed(withLockWork(world, work, undefined), { type: 'locksReleased' }, setting);
    yield { label: 'everything is released', next, fair: rank.deliver };
  }
  for (const index of work.left) {
    const left = work.left.filter(each => each !== index);
    const told = withLock(world, index, each => become(each, 'over'));
    const next = () => withLockWork(told, work, { ...work, left });
    yield { label: `${nameOf(world, index)} is told of the end`, next, fair: rank.answer };
  }
}
