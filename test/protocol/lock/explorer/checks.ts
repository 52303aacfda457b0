/**
 * Owns what must hold in every state and over every step, judged from outside: by what those that ask believe, by the order in which they
 * came and by the tokens that were ever given, never by what the core thinks of it.
 */
import { type Holder } from '../../../../src/protocol/lock/state';
import type * as exploring from '../../exploring/finding';
import { unless } from '../../exploring/finding';
import { type Agent, type World, agentOf, rememberedMs, seenWithinMs } from './world';

/** `kept`: who believes that it holds the lock, holds it. `late`: who has released gets nothing. `heard`: a grant is told.
 * `seen`: a lease that was waited for, and of which nobody has heard, ends soon. `looked`: who is granted was seen to run, or ran so
 * short a time ago that its release would be remembered. `gone`: nobody that has ended, and said so, is granted anything.
 */
export type PromiseName =
  | 'exclusion'
  | 'kept'
  | 'once'
  | 'order'
  | 'tokens'
  | 'late'
  | 'seen'
  | 'looked'
  | 'gone'
  | 'prompt'
  | 'wakeUp'
  | 'heard'
  | 'liveness';

export type Violation = exploring.Violation<PromiseName>;

export function violations(before: World, after: World): Violation[] {
  return [
    ...exclusion(after),
    ...kept(after),
    ...once(after),
    ...grants(before, after),
    ...late(after),
    ...seen(before, after),
    ...prompt(after),
    ...quiet(after),
  ];
}

/** A transaction until its end, also while it does not run; a lease until it expires. */
function believes({ is, phase, holdsUntil }: Agent, now: number): boolean {
  return phase === 'holds' && (is === 'transaction' || holdsUntil > now);
}

function exclusion({ agents, now }: World): Violation[] {
  const believers = agents.filter(each => believes(each, now));
  const alone = believers.length < 2 || believers.every(each => each.mode === 'shared');
  return unless(alone, 'exclusion', `${believers.map(each => each.name).join(' and ')} hold it`);
}

function kept({ agents, now, lock }: World): Violation[] {
  return agents
    .filter(each => believes(each, now))
    .flatMap(({ name, token }) => {
      const holds = lock.holders.some(each => each.holder === name && each.fencingToken === token);
      return unless(holds, 'kept', `${name} believes that it holds the lock`);
    });
}

function once({ lock }: World): Violation[] {
  const names = [...lock.holders, ...lock.waiters].map(each => each.holder);
  return unless(new Set(names).size === names.length, 'once', 'somebody holds or waits twice');
}

function freshIn(before: World, after: World): readonly Holder[] {
  return after.lock.holders.filter(
    each => !before.lock.holders.some(old => old.fencingToken === each.fencingToken),
  );
}

function grants(before: World, after: World): Violation[] {
  const stays = ({ expiresAt }: Holder): boolean => expiresAt === undefined || expiresAt > after.now;
  const fresh = freshIn(before, after);
  const held = new Set(before.lock.holders.filter(stays).map(each => each.holder));
  const tokens = fresh.map(each => each.fencingToken);
  const rising = tokens.every((token, at) => token > (tokens[at - 1] ?? before.greatest));
  return [
    ...unless(!fresh.some(each => held.has(each.holder)), 'tokens', 'a holder got another token'),
    ...unless(rising, 'tokens', 'a token is not greater than all before it'),
    ...fresh.flatMap(each => granted(before, after, each)),
  ];
}

function granted(before: World, after: World, { holder, claim }: Holder): Violation[] {
  const place = before.arrivals.indexOf(holder);
  const earlier = place < 0 ? before.arrivals : before.arrivals.slice(0, place);
  const waiting = after.lock.waiters.map(each => each.holder);
  const overtaken = earlier.filter(each => waiting.includes(each));
  const { seenRunning, phase } = agentOf(before, holder);
  const ran = agentOf(after, holder).ranAt > after.now - rememberedMs;
  const leased = claim.kind === 'lease';
  return [
    ...unless(overtaken.length === 0, 'order', `${holder} overtook ${overtaken.join(', ')}`),
    ...unless(leased || ran || seenRunning, 'looked', `${holder} was granted, and nobody has seen it run`),
    ...unless(leased || phase !== 'over', 'gone', `${holder} was granted, and has ended`),
  ];
}

/** A transaction may come back for a look's time: that it does not stay is liveness. */
function late({ agents, lock }: World): Violation[] {
  const there = [...lock.holders, ...lock.waiters].map(each => each.holder);
  return agents
    .filter(each => each.is === 'lease' && each.phase === 'over' && each.gaveBack)
    .flatMap(({ name }) => unless(!there.includes(name), 'late', `${name} has released`));
}

function seen(before: World, after: World): Violation[] {
  return after.lock.holders.flatMap(({ holder, fencingToken, expiresAt = Infinity }) => {
    const { waitedFor, heardOf } = agentOf(after, holder);
    if (!waitedFor || heardOf === fencingToken) return [];
    const known = before.lock.holders.find(each => each.fencingToken === fencingToken);
    const latest = known === undefined ? after.now + seenWithinMs : (known.expiresAt ?? Infinity);
    return unless(expiresAt <= latest, 'seen', `nobody knows that ${holder} holds it`);
  });
}

function prompt({ agents, works, lock }: World): Violation[] {
  const looking = works.some(each => each.do === 'look');
  return agents
    .filter(({ name, untold }) => untold && lock.holders.some(each => each.holder === name))
    .flatMap(({ name }) => unless(looking, 'prompt', `${name} was not reached and is not looked at`));
}

/** Nothing is on its way or under way, and no time has come. */
function quiet(world: World): Violation[] {
  const { works, messages, answers, lock, now } = world;
  if (works.length + messages.length + answers.length > 0) return [];
  if (world.wakesAt <= now) return [];
  const [first] = lock.waiters;
  const fits =
    first !== undefined &&
    (lock.holders.length === 0 || [...lock.holders, first].every(each => each.mode === 'shared'));
  const putOff = first?.lookAgainAt !== undefined && first.lookAgainAt > now;
  return [
    ...unless(!fits || putOff, 'wakeUp', `${first?.holder ?? ''} waits for a lock that is free`),
    ...unless(world.unanswered.length === 0, 'heard', 'an acquire is not answered'),
    ...world.agents.flatMap(each =>
      unless(!isDeaf(world, each), 'heard', `${each.name} waits for what it was granted`),
    ),
  ];
}

function isDeaf({ lock }: World, { name, is, phase, life }: Agent): boolean {
  const waits = is === 'transaction' && phase === 'waits' && life === 'up';
  return waits && lock.holders.some(each => each.holder === name);
}
