/**
 * Owns what can happen next in a world: every step of the engine, the network, the services, the clock and the operators.
 */
import {
  type Place,
  answerInstead,
  cutOff,
  findNoPlace,
  loseAnswer,
  loseAttempt,
  reach,
  reachGarbled,
  refuseConnection,
  refuseLate,
} from './activities';
import { deliveries, places } from './deliveries';
import { type Beginning } from './firstTask';
import { beginAgain, feed, isQuietAwaited, resume } from './driver';
import { firstTaskSteps } from './firstTask';
import { lastTaskSteps } from './lastTask';
import { lockSteps } from './lockSteps';
import { operatorEvents } from './operators';
import { react } from './services';
import { type Step, rank } from './step';
import { type Setting, type Side, type Time, type World, withSide } from './world';

export function* stepsFrom(world: World, setting: Setting): Generator<Step> {
  const again = (around: World, begun: Beginning): World => beginAgain(around, begun, setting);
  yield* firstTaskSteps(world, setting, again);
  yield* lastTaskSteps(world, setting, again);
  yield* lockSteps(world, setting);
  yield* activitiesEnd(world, setting);
  yield* requests(world, setting);
  yield* roundsLost(world, setting);
  yield* arrivals(world, setting);
  yield* services(world, setting);
  yield* clock(world, setting);
  if (world.t.stage !== 'ended' && !world.firstTask) yield* operators(world, setting);
  if (!isRecorded(world)) yield* recoveries(world, setting);
}

function* activitiesEnd(world: World, setting: Setting): Generator<Step> {
  for (const { label, next } of deliveries(world, setting)) yield { label, next, fair: rank.deliver };
}

function* requests(world: World, setting: Setting): Generator<Step> {
  for (const place of places(world)) {
    if (place.work.result !== undefined) continue;
    const to = `${place.work.phase} to ${place.name}`;
    if (place.work.cancelled) yield* cutOffs(world, place, { to, setting });
    yield* sendings(world, place, { to, setting });
    yield* faults(world, place, { to, setting });
  }
}

interface Naming {
  readonly to: string;
  readonly setting: Setting;
}

function* cutOffs(world: World, place: Place, { to, setting }: Naming): Generator<Step> {
  for (const { label, world: next } of cutOff(world, place, setting))
    yield { label: `${to} ${label}`, next: () => next, fair: rank.cutOff };
}

/** After `decideBy` a prepare is not sent; what was on the verge of being sent may slip through. */
function* sendings(world: World, place: Place, { to, setting }: Naming): Generator<Step> {
  const late = place.work.phase === 'prepare' && world.time > 0;
  if (late)
    yield {
      label: `${to} is not sent: too late`,
      next: () => refuseLate(world, place, setting),
      fair: rank.answer,
    };
  if (late && world.time > 1) return;
  for (const { label, world: next } of reach(world, place, setting)) {
    yield { label: `${to}: it ${label}`, next: () => next, ...(late ? {} : { fair: rank.answer }) };
  }
}

function* faults(world: World, place: Place, { to, setting }: Naming): Generator<Step> {
  if (world.faultsLeft === 0) return;
  const { scenario } = setting;
  const { work } = place;
  const spoilt = { ...world, faultsLeft: world.faultsLeft - 1 };
  yield { label: `${to}: no answer in time`, next: () => loseAnswer(spoilt, place, setting) };
  yield { label: `${to}: no connection`, next: () => refuseConnection(spoilt, place, setting) };
  if (scenario.busy === true)
    yield { label: `${to}: no place for it`, next: () => findNoPlace(spoilt, place, setting) };
  if (work.lane === 'own' && (work.cancelled || work.requests + 1 === work.limit)) {
    yield { label: `${to}: its worker is lost`, next: () => loseAttempt(spoilt, place, setting) };
  }
  if (scenario.throttles === true)
    yield { label: `${to}: 429`, next: () => answerInstead(spoilt, place, { status: 429, setting }) };
  if (scenario.garbles === true) yield* garblings(spoilt, place, { to, setting });
  if (scenario.gateway404 === true) {
    yield {
      label: `${to}: the gateway answers 404`,
      next: () => answerInstead(spoilt, place, { status: 404, setting }),
    };
  }
}

/** Of phase two the status line alone counts, so there it is only what is not HTTP. */
function* garblings(world: World, place: Place, { to, setting }: Naming): Generator<Step> {
  for (const { label, world: next } of reachGarbled(world, place, setting))
    yield { label: `${to}: it ${label}, garbled`, next: () => next };
}

/** What brings the end is in history by then: no worker takes it away, and who takes the run up goes on from there. */
const isRecorded = ({ releasedEarly, t }: World): boolean => releasedEarly && t.stage !== 'ended';

/** A round is lost as a whole, whatever its members answered before. */
function* roundsLost(world: World, setting: Setting): Generator<Step> {
  if (world.faultsLeft === 0 || isRecorded(world)) return;
  const members = places(world).filter(({ work }) => work.lane === 'round' && work.begun !== 'within');
  if (members.length === 0) return;
  const spoilt = { ...world, faultsLeft: world.faultsLeft - 1 };
  const lost = () => members.reduce((each, place) => loseAttempt(each, place, setting), spoilt);
  yield { label: `the worker of the ${members[0]?.work.phase ?? ''} round is lost`, next: lost };
}

/** Requests that nobody waits for any more arrive. */
function* arrivals(world: World, { scenario }: Setting): Generator<Step> {
  for (const [index, side] of world.sides.entries()) {
    for (const phase of ['prepare', 'commit', 'rollback'] as const) {
      const mayArrive =
        side.onTheWay[phase] || (scenario.proxyRepeats === true && side.facts.answered[phase]);
      if (!mayArrive) continue;
      for (const { next } of react(side.kind, side.service, { phase, pastDecideBy: world.time > 0 })) {
        if (next === side.service) continue;
        const moved = withSide(world, index, each => ({ ...each, service: next }));
        yield { label: `an old ${phase} arrives at ${side.name}: now ${next}`, next: () => moved };
      }
    }
  }
}

/** What services do of their own accord. */
function* services(world: World, setting: Setting): Generator<Step> {
  for (const [index, side] of world.sides.entries()) {
    const become = (service: Side['service']) => () => withSide(world, index, each => ({ ...each, service }));
    if (side.service === 'preparing') {
      yield {
        label: `${side.name} has prepared at last`,
        next: become('prepared'),
        fair: rank.serviceGoesOn,
      };
    }
    if (
      setting.scenario.asksForDecision === true &&
      side.service === 'prepared' &&
      world.t.decision !== undefined
    ) {
      const rolledback = side.kind === 'remembers' ? 'rolledback' : 'new';
      const next = world.t.decision === 'commit' ? 'committed' : rolledback;
      yield { label: `${side.name} reads the decision: now ${next}`, next: become(next) };
    }
  }
}

function* clock(world: World, setting: Setting): Generator<Step> {
  if (world.time === 2) {
    const next = () => feed(world, { type: 'quiet' }, setting);
    if (isQuietAwaited(world, setting)) yield { label: 'the timer says: quiet', next, fair: rank.quiet };
    else if (world.quietForOthers && !world.t.quiet) yield { label: 'the timer says: quiet', next };
    return;
  }
  const time = (world.time + 1) as Time;
  yield {
    label: time === 1 ? 'decideBy passes' : 'quietAt passes',
    next: () => ({ ...world, time }),
    fair: rank.clock,
  };
}

function* recoveries(world: World, setting: Setting): Generator<Step> {
  if (world.recoveriesLeft === 0) return;
  yield { label: 'terminated and taken up again', next: () => resume(world, setting) };
}

function* operators(world: World, setting: Setting): Generator<Step> {
  for (const { label, event, around } of operatorEvents(world, setting))
    yield { label: `operator: ${label}`, next: () => feed(around, event, setting) };
}
