/**
 * Owns what can happen next in a world; `works.ts` has what the lock's workflow has under way.
 *
 * `fair` ranks the steps that happen if nothing fails any more; the best of them leads to the end (liveness). Time goes on only when
 * nothing else is left to do, and never until somebody gives up waiting.
 */
import { acquire, feed } from './driver';
import {
  type Agent,
  type Message,
  type Setting,
  type World,
  agentOf,
  believedMs,
  change,
  far,
  longestWayMs,
  setBackMs,
  spend,
} from './world';
import { ask, giveBack, hear, resume, sendAcquire, terminate, unheld } from './moves';
import { type Step, rank } from './step';
import { works } from './works';

export function* stepsFrom(world: World, setting: Setting): Generator<Step> {
  yield* works(world, setting);
  yield* messages(world, setting);
  yield* answers(world);
  for (const agent of world.agents) yield* agentSteps(world, agent, setting);
  yield* clock(world, setting);
}

function* messages(world: World, setting: Setting): Generator<Step> {
  for (const message of world.messages) {
    const { is, holder } = message;
    const rest = { ...world, messages: world.messages.filter(each => each !== message) };
    const arrive = (at: World): World => arrives(at, message, setting);
    yield { label: `${is} of ${holder} arrives`, fair: rank.deliver, next: () => arrive(rest) };
    if (world.left.faults === 0) continue;
    yield { label: `${is} of ${holder} is lost`, next: () => spend(rest, 'faults') };
    yield { label: `${is} of ${holder} arrives, and will again`, next: () => spend(arrive(world), 'faults') };
  }
}

function arrives(world: World, message: Message, setting: Setting): World {
  if (message.is === 'acquire') return acquire(world, message, setting);
  const { holder, sentAt } = message;
  const { is, phase, life, sent } = agentOf(world, holder);
  const released = feed(world, { type: 'release', holder, ...(is === 'lease' ? { sentAt } : {}) }, setting);
  const heard = phase === 'releasing' && life === 'up' && sentAt === sent;
  return heard ? change(released, holder, { phase: 'over', gaveBack: true }) : released;
}

function* answers(world: World): Generator<Step> {
  for (const each of world.answers) {
    const rest = { ...world, answers: world.answers.filter(other => other !== each) };
    const label = `${each.to} hears "${each.answer.is}"`;
    yield { label, fair: rank.deliver, next: () => hear(rest, each.to, each.answer) };
    if (world.left.faults > 0)
      yield { label: `${each.to} does not hear its answer`, next: () => spend(rest, 'faults') };
  }
}

function* agentSteps(world: World, agent: Agent, setting: Setting): Generator<Step> {
  const { name, phase, life, is } = agent;
  if (life === 'lost' && phase !== 'over')
    yield {
      label: `an operator settles ${name}`,
      fair: rank.operator,
      next: () => operator(world, name, setting),
    };
  if (life === 'down')
    yield { label: `${name} is taken up again`, fair: rank.ask, next: () => resume(world, agent) };
  if (life !== 'up') return;
  yield* asks(world, agent);
  if (phase === 'holds')
    yield { label: `${name} has ended`, fair: rank.end, next: () => giveBack(world, name) };
  if (phase === 'waits' && is === 'lease') yield* polls(world, name, setting);
  yield* departures(world, agent);
}

function* asks(world: World, { name, phase, is, gaveBack }: Agent): Generator<Step> {
  if (phase === 'new') yield { label: `${name} asks`, next: () => ask(world, name) };
  const { repeats, rounds } = world.left;
  if (phase === 'over' && is === 'lease' && gaveBack && rounds > 0)
    yield { label: `${name} asks once more`, next: () => spend(ask(world, name), 'rounds') };
  const waitsForAnswer =
    world.messages.some(each => each.holder === name) ||
    world.unanswered.includes(name) ||
    world.answers.some(each => each.to === name);
  if (phase === 'asking' && !waitsForAnswer)
    yield { label: `${name} asks again`, fair: rank.ask, next: () => ask(world, name) };
  if (phase === 'releasing' && !world.messages.some(each => each.holder === name && each.is === 'release'))
    yield { label: `${name} releases again`, fair: rank.ask, next: () => giveBack(world, name) };
  if (repeats > 0 && (phase === 'asking' || phase === 'holds'))
    yield { label: `${name} repeats`, next: () => spend(sendAcquire(world, name), 'repeats') };
}

function* polls(world: World, name: string, { core }: Setting): Generator<Step> {
  const standing = core.answer.standingIn(world.lock, name);
  if (standing?.is !== 'waits')
    yield { label: `${name} reads how it stands`, fair: rank.ask, next: () => hear(world, name, standing) };
}

/** Gives up waiting; is terminated, or lost. A lease whose client dies is given back by nobody. */
function* departures(world: World, { name, phase, is }: Agent): Generator<Step> {
  const { giveUps, ends, losses } = world.left;
  const waiting = phase === 'asking' || phase === 'waits';
  if (waiting && giveUps > 0)
    yield { label: `${name} gives up`, next: () => spend(giveBack(world, name), 'giveUps') };
  if (phase === 'new' || phase === 'over') return;
  if (ends > 0) yield { label: `${name} is terminated`, next: () => spend(terminate(world, name), 'ends') };
  if (losses > 0 && is === 'transaction')
    yield {
      label: `${name} is lost`,
      next: () => spend(change(terminate(world, name), name, { life: 'lost' }), 'losses'),
    };
}

function operator(world: World, holder: string, setting: Setting): World {
  return change(feed(world, { type: 'release', holder }, setting), holder, { phase: 'over', ...unheld });
}

function* clock(world: World, setting: Setting): Generator<Step> {
  if (world.wakesAt <= world.now)
    yield { label: 'the lock wakes', fair: rank.tick, next: () => feed(world, { type: 'tick' }, setting) };
  if (world.left.setBacks > 0 && world.lock.lastToken > 0)
    yield {
      label: 'the clock is set back',
      next: () => spend({ ...world, now: world.now - setBackMs }, 'setBacks'),
    };
  const leased = world.messages.filter(({ holder }) => agentOf(world, holder).is === 'lease');
  const acquires = world.messages.filter(each => each.is === 'acquire' && !leased.includes(each));
  const instants = [
    world.wakesAt,
    ...leased.map(each => each.at + longestWayMs - 1),
    ...acquires.flatMap(each => [each.at + believedMs, each.at + believedMs + 1]),
    ...world.agents.map(each => each.holdsUntil),
  ];
  const at = Math.min(...instants.filter(each => each > world.now && each < far));
  if (at === Infinity) return;
  const next = (): World => goOn(world, at);
  yield { label: `${String(at - world.now)} ms pass`, fair: rank.clock, next };
}

function goOn(world: World, now: number): World {
  const isOnItsWay = ({ holder, at }: Message): boolean =>
    agentOf(world, holder).is === 'transaction' || now < at + longestWayMs;
  return spend({ ...world, now, messages: world.messages.filter(isOnItsWay) }, 'jumps');
}
