/** Owns the results of activities as events: what is over and has not been heard yet. A round is one event for all. */
import { type Ending, type Event } from '../../../src/protocol/transaction/events';
import { type Place } from './activities';
import { feed, keyOf, withoutWork } from './driver';
import { type Setting, type Side, type Work, type World, withSide } from './world';

export interface Delivery {
  readonly label: string;
  readonly event: Event;
  /** The world when the workflow has heard it. */
  readonly next: () => World;
}

export function places(world: World): Place[] {
  return world.sides.flatMap((side, index) => side.works.map(work => ({ index, name: side.name, work })));
}

export function* deliveries(world: World, setting: Setting): Generator<Delivery> {
  const groups = new Map<string, Place[]>();
  for (const place of places(world)) {
    const key = keyOf(place.work, place);
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  for (const [key, members] of groups) {
    if (!members.every(({ work }) => work.result !== undefined)) continue;
    const phase = members[0]?.work.phase ?? 'prepare';
    const endings = members.flatMap(member => endingOf(member, setting));
    const event = { type: 'callsEnded', phase, endings } as const;
    const next = (): World => feed(taken(world, members, setting), event, setting);
    yield { label: `"${key}" ends: ${members.map(said).join(', ')}`, event, next };
  }
}

function said({ name, work }: Place): string {
  return `${name} ${work.result?.is ?? ''}${work.result?.code === undefined ? '' : ` (${work.result.code})`}`;
}

function taken(world: World, members: readonly Place[], setting: Setting): World {
  const after = members.reduce(
    (each, { index, work }) => withSide(each, index, side => heard(withoutWork(side, work), work)),
    world,
  );
  return {
    ...after,
    commitSpent: world.commitSpent || members.some(({ work }) => isSpentCommit(work, setting)),
  };
}

function isSpentCommit(work: Work, { scenario }: Setting): boolean {
  const spentAtOnce =
    work.result?.is === 'unavailable' && work.requests > 0 && scenario.completionAttempts === 1;
  return work.phase === 'commit' && (work.result?.is === 'spent' || spentAtOnce);
}

function endingOf({ name, work }: Place, { core }: Setting): Ending[] {
  if (work.result === undefined) return [];
  const { is, code } = work.result;
  const why = code === undefined ? {} : { why: { code, message: code } };
  const { nth, exposure, requests } = work;
  const ending = { participant: name, nth, is, ...why, exposure, requests };
  return [work.begun === 'lost' ? core.firstRound.lostBefore(ending) : ending];
}

function heard(side: Side, { phase, result }: Work): Side {
  const heardYes = phase === 'prepare' && result?.is === 'yes';
  const commitAcknowledged = phase === 'commit' && result?.is === 'done';
  if (!heardYes && !commitAcknowledged) return side;
  return { ...side, facts: { ...side.facts, ...(heardYes ? { heardYes } : { commitAcknowledged }) } };
}
