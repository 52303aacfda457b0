/**
 * Owns what the lock's workflow has under way: looks, which read at one instant and end at a later one, and tells.
 *
 * A crash of the lock's worker needs no step of its own: Temporal keeps the state, a look that is repeated is one that read
 * later, and what was answered in a lost task has not happened. A lost answer is a fault of `steps.ts`.
 */
import { type Looked } from '../../../../src/protocol/lock/events';
import { feed, settle, without } from './driver';
import { hear } from './moves';
import { type Step, rank } from './step';
import { type Setting, type Work, type World, agentOf, change, spend } from './world';

type Look = Extract<Work, { do: 'look' }>;
type Tell = Extract<Work, { do: 'tell' }>;

export function* works(world: World, setting: Setting): Generator<Step> {
  for (const work of world.works) {
    if (work.cancelled)
      yield {
        label: `"${work.key}" is cancelled`,
        fair: rank.work,
        next: () => cancelled(world, work, setting),
      };
    else if (work.do === 'look') yield* look(world, work, setting);
    else yield* tell(world, work, setting);
  }
}

function cancelled(world: World, work: Work, setting: Setting): World {
  const rest = without(world, work);
  return setting.forgetsCancelled === true ? rest : settle(rest, setting);
}

function* look(world: World, work: Look, setting: Setting): Generator<Step> {
  const { saw } = work;
  if (saw !== undefined) {
    const label = `the look ends: ${saw.map(each => `${each.holder} ${each.saw}`).join(', ')}`;
    yield { label, fair: rank.work, next: () => ended(without(world, work), saw, setting) };
    return;
  }
  const reading = work.at.map(holder => ({ holder, saw: seen(world, holder) }));
  yield { label: 'the look reads', fair: rank.work, next: () => read(world, work, reading) };
  if (world.left.faults === 0) return;
  const blind = (unread: readonly string[]): Looked[] =>
    reading.map(each => (unread.includes(each.holder) ? { ...each, saw: 'unread' } : each));
  const few = work.at.length === 1 ? [] : work.at.map(each => [each]);
  for (const unread of [work.at, ...few])
    yield {
      label: `the look cannot read ${unread.join(', ')}`,
      next: () => spend(read(world, work, blind(unread)), 'faults'),
    };
}

function seen(world: World, holder: string): Looked['saw'] {
  const { life, phase } = agentOf(world, holder);
  if (life === 'lost') return 'unknown';
  if (phase === 'over') return 'ended';
  if (life === 'down' && (phase === 'asking' || phase === 'waits')) return 'ended'; // it has asked nobody for a vote
  return life === 'up' ? 'running' : 'interrupted';
}

function read(world: World, work: Look, saw: readonly Looked[]): World {
  const others = world.works.map(each => (each === work ? { ...work, saw } : each));
  const running = saw.filter(each => each.saw === 'running').map(each => each.holder);
  const agents = world.agents.map(each =>
    running.includes(each.name) && world.arrivals.includes(each.name) ? { ...each, seenRunning: true } : each,
  );
  return { ...world, works: others, agents };
}

function ended(world: World, at: readonly Looked[], setting: Setting): World {
  const looked = at.reduce((each, { holder }) => change(each, holder, { untold: false }), world);
  return feed(looked, { type: 'looked', at }, setting);
}

function* tell(world: World, work: Tell, setting: Setting): Generator<Step> {
  const { holder, delivered } = work;
  if (delivered === undefined) {
    yield { label: `the grant is told to ${holder}`, fair: rank.work, next: () => reach(world, work) };
    return;
  }
  const next = (): World => {
    const told = feed(without(world, work), { type: 'told', holder, delivered }, setting);
    const still = told.lock.holders.some(each => each.holder === holder);
    return delivered || !still ? told : change(told, holder, { untold: true });
  };
  yield { label: `the lock knows that ${holder} was ${delivered ? '' : 'not '}told`, fair: rank.work, next };
}

function reach(world: World, work: Tell): World {
  const { phase, life } = agentOf(world, work.holder);
  const delivered = life === 'up' && phase !== 'over';
  const works = world.works.map(each => (each === work ? { ...work, delivered } : each));
  const told = { ...world, works };
  if (!delivered || (phase !== 'asking' && phase !== 'waits')) return told;
  return hear(told, work.holder, { is: 'granted', fencingToken: work.token });
}
