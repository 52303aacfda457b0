/**
 * Owns the model of activities: one request at a time to each participant, and what comes of it.
 *
 * A request is one step, from its sending to the reading of its answer. What overlaps with it is not lost: a request without
 * an answer stays `onTheWay` for ever, and arrives at any time, any number of times, or never. That covers delays without
 * bound, answers lost after the service acted, and a frozen sender that wakes up.
 */
import { type Exposure, type Reply, type ParticipantStanding } from '../../../src/protocol/wire/answers';
import { type SeenCall } from '../../../src/protocol/transaction/lookBack';
import { type Phase } from '../../../src/protocol/wire/phases';
import { type Reaction, react } from './services';
import { type Facts, type Result, type Setting, type Side, type Work, type World, withSide } from './world';

/** Where a request is sent from. */
export interface Place {
  readonly index: number;
  readonly name: string;
  readonly work: Work;
}

export interface Outcome {
  readonly label: string;
  readonly world: World;
}

const timeout: Reply = { kind: 'lost', code: 'timeout', message: '' };
const refusedConnection: Reply = { kind: 'notSent', code: 'connection', message: '' };
const garbled: Reply = { kind: 'malformed', code: 'notJson', message: '' };
const noPlace: Reply = { kind: 'notSent', code: 'busy', message: '' };
const pastDeadline: Reply = { kind: 'notSent', code: 'deadline', message: '' };

/** The service gets the request and reacts; its answer, if any, comes back whole. */
export function reach(world: World, place: Place, setting: Setting): Outcome[] {
  return reactionsTo(world, place).map(reaction => {
    const reply = replyOf(reaction);
    return outcomeOf(world, place, { reaction, reply, setting });
  });
}

/** The same, but its answer cannot be read. */
export function reachGarbled(world: World, place: Place, setting: Setting): Outcome[] {
  const answered = reactionsTo(world, place).filter(({ status }) => status !== undefined);
  return answered.map(reaction => outcomeOf(world, place, { reaction, reply: garbled, setting }));
}

function reactionsTo(world: World, { index, work }: Place): readonly Reaction[] {
  const side = world.sides[index];
  if (side === undefined) return [];
  return react(side.kind, side.service, { phase: work.phase, pastDecideBy: world.time > 0 });
}

function outcomeOf(
  world: World,
  place: Place,
  { reaction, reply, setting }: { reaction: Reaction; reply: Reply; setting: Setting },
): Outcome {
  const { index, work } = place;
  const heard = reply.kind === 'answer';
  const answered = withSide(world, index, each => serviceAnswered(each, { work, reaction, world, heard }));
  const said = reaction.status === undefined ? 'takes its time' : `answers ${String(reaction.status)}`;
  return { label: said, world: read(answered, place, { reply, setting }) };
}

function replyOf(reaction: Reaction): Reply {
  return reaction.status === undefined ? timeout : { kind: 'answer', status: reaction.status };
}

interface Answered {
  readonly work: Work;
  readonly reaction: Reaction;
  readonly world: World;
  /** Its answer could be read. */
  readonly heard: boolean;
}

function serviceAnswered(side: Side, { work, reaction, world, heard }: Answered): Side {
  const moved = { ...side, service: reaction.next };
  if (reaction.status === undefined) return onTheWay(moved, work.phase);
  const { facts } = side;
  const ended = reaction.next !== 'prepared' && reaction.next !== 'preparing';
  const settled = heard && work.phase === 'rollback' && ended;
  const known: Facts = {
    ...facts,
    answered: { ...facts.answered, [work.phase]: true },
    rollbackAnswered: facts.rollbackAnswered || settled,
    lateAnswered: facts.lateAnswered || (settled && world.time === 2),
  };
  return { ...moved, facts: known };
}

/** The request may arrive, now or ever, and brings no answer. */
function onTheWay(side: Side, phase: Phase): Side {
  return side.onTheWay[phase] ? side : { ...side, onTheWay: { ...side.onTheWay, [phase]: true } };
}

/** No answer in time, cut off, 502, 503 or 504: to the core these are one. */
export function loseAnswer(world: World, place: Place, setting: Setting): World {
  const sent = withSide(world, place.index, side => onTheWay(side, place.work.phase));
  return read(sent, place, { reply: timeout, setting });
}

export function refuseConnection(world: World, place: Place, setting: Setting): World {
  return read(world, place, { reply: refusedConnection, setting });
}

/** No place among the requests in flight: nobody was asked, and Temporal holds the call until its turn. */
export function findNoPlace(world: World, place: Place, setting: Setting): World {
  return read(world, place, { reply: noPlace, setting });
}

/** Right before sending, a prepare checks `decideBy`. */
export function refuseLate(world: World, place: Place, setting: Setting): World {
  return read(world, place, { reply: pastDeadline, setting });
}

/** Somebody other than the service answers: a gateway, or a limiter in front of it. */
export function answerInstead(
  world: World,
  place: Place,
  { status, setting }: { status: number; setting: Setting },
): World {
  return read(world, place, { reply: { kind: 'answer', status }, setting });
}

/** The attempt is lost with its worker. Its request may have been sent, or may yet be when a frozen sender wakes up. */
export function loseAttempt(world: World, place: Place, setting: Setting): World {
  const { index, work } = place;
  const { unknownExposure: exposure, workerLost: code } = setting.core.answers;
  if (work.result !== undefined) {
    const after: Work = { ...work, exposure, result: { is: 'unavailable', code } };
    return withSide(world, index, side => replace(side, work, after));
  }
  const requests = work.requests + 1;
  const ends = work.lane === 'round' || work.cancelled || requests === work.limit;
  const result: Result = { is: work.lane === 'round' ? 'unavailable' : 'spent', code };
  const after: Work = { ...work, requests, exposure, ...(ends ? { result } : {}) };
  const sent = withSide(world, index, side => onTheWay(side, work.phase));
  return replaceWork(sent, place, { after, over: false, setting });
}

/** The work after one reply to one of its requests. */
function read(world: World, place: Place, { reply, setting }: { reply: Reply; setting: Setting }): World {
  const { work } = place;
  const { exposureOf, joinExposure, requestsIn } = setting.core.answers;
  const requests = work.requests + requestsIn(reply);
  const result = resultOf({ ...work, requests }, reply, setting);
  const exposure = joinExposure(work.exposure, exposureOf(reply));
  const after: Work = { ...work, requests, exposure, ...(result === undefined ? {} : { result }) };
  return replaceWork(world, place, { after, over: true, setting, tried: reply !== noPlace });
}

/** How the work, with this reply counted, ended; undefined where its retry policy goes on. */
function resultOf(work: Work, reply: Reply, { core }: Setting): Result | undefined {
  const { standing, exposure } = work;
  const meaning =
    standing === undefined
      ? core.answers.readVote(reply)
      : core.answers.readCompletion(reply, afterEarlier(standing, exposure));
  if (meaning.is !== 'unavailable') return { is: meaning.is };
  const { code } = meaning.why;
  if (work.lane === 'round') return { is: 'unavailable', code };
  return code === 'deadline' || work.requests === work.limit ? { is: 'spent', code } : undefined;
}

/** As `activities/transaction/own.ts` has it: unanswered rollbacks of the same activity count too. */
function afterEarlier(standing: ParticipantStanding, { unanswered }: Exposure): ParticipantStanding {
  return standing.phase === 'rollback' && unanswered ? { ...standing, mayHaveRolledBack: true } : standing;
}

interface Replacement {
  readonly after: Work;
  /** The request is known to have ended. */
  readonly over: boolean;
  readonly setting: Setting;
  /** A request was tried, not merely wanted. */
  readonly tried?: boolean;
}

function replaceWork(
  world: World,
  { index, work }: Place,
  { after, over, setting, tried = true }: Replacement,
): World {
  const most = setting.scenario.completionAttempts;
  const requests = work.limit === 0 ? most : after.requests; // an endless call has used them up already
  return withSide(world, index, side => {
    const works = side.works.map(each => (each === work ? { ...after, requests } : each));
    if (!tried) return { ...side, works };
    const facts =
      work.phase === 'rollback'
        ? countRollback(side.facts, { over, late: world.time === 2, most })
        : side.facts;
    return { ...side, works, facts: countTried(facts, work.phase, setting) };
  });
}

export function countTried(facts: Facts, phase: Phase, { scenario }: Setting): Facts {
  if (scenario.busy !== true) return facts;
  const most = phase === 'prepare' ? scenario.prepareAttempts : scenario.completionAttempts;
  return { ...facts, tried: { ...facts.tried, [phase]: Math.min(facts.tried[phase] + 1, most) } };
}

function countRollback(
  facts: Facts,
  { over, late, most }: { over: boolean; late: boolean; most: number },
): Facts {
  return {
    ...facts,
    rollbackTries: Math.min(facts.rollbackTries + 1, most),
    rollbackEnded: facts.rollbackEnded || over,
    lateSent: facts.lateSent || (late && over),
  };
}

/**
 * Cancelled work ends: between two attempts, with a request open, or so that nobody knows. What its attempts left behind is what the
 * protocol believes of what Temporal shows of it, right before it is cancelled. A round tells itself what came of it.
 */
export function cutOff(world: World, place: Place, setting: Setting): Outcome[] {
  const { work } = place;
  const result: Result = { is: 'gaveUp', code: 'cancelled' };
  const failure = { exposure: work.exposure, requests: work.requests, why: { code: '', message: '' } };
  const ended = (seen: SeenCall): Work => ({ ...work, result, exposure: leftBehind(work, seen, setting) });
  const end = (side: Side, seen: SeenCall): Side => replace(side, work, ended(seen));
  const sent = (seen: SeenCall) => (side: Side) => end(onTheWay(side, work.phase), seen);
  const paused = { running: false, paused: true, failure };
  const whole = work.lane === 'round' ? (side: Side) => replace(side, work, { ...work, result }) : undefined;
  return [
    {
      label: 'is given up before it was sent',
      world: withSide(world, place.index, whole ?? (side => end(side, paused))),
    },
    {
      label: 'is given up while it is open',
      world: withSide(world, place.index, sent({ ...paused, running: true })),
    },
    {
      label: 'is given up after its worker was lost',
      world: withSide(world, place.index, sent({ running: false, paused: true })),
    },
  ];
}

function leftBehind({ exposure }: Work, seen: SeenCall, { core }: Setting): Exposure {
  const { joinExposure, unknownExposure } = core.answers;
  return core.lookBack.traceOf(seen)?.exposure ?? joinExposure(exposure, unknownExposure);
}

function replace(side: Side, work: Work, after: Work): Side {
  return { ...side, works: side.works.map(each => (each === work ? after : each)) };
}
