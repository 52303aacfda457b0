/**
 * Owns what must hold of the drill (I12), each proof from what participants saw themselves, in sentences; empty where it holds.
 * All clocks are this machine's.
 */
import { type FencedLock } from '../../../src/protocol/wire/locks';
import { type Played } from './play';
import { type Fate, hotResources } from './plan';
import { type Visit } from './sites';

/** One transaction's time in the participants: from its first request to the answer to its last. */
interface Stay {
  readonly transactionId: string;
  readonly from: number;
  readonly to: number;
  readonly lock: FencedLock;
}

/** Of each resource, in order of entry. */
type Stays = readonly (readonly Stay[])[];

export function staysOf(played: readonly Played[], visits: readonly Visit[]): Stays {
  const stays = played.flatMap(({ document: { id, endedAt = '' } }) => {
    const own = visits.filter(each => each.transactionId === id && each.cameAt <= Date.parse(endedAt));
    const [first] = own;
    if (first === undefined) return [];
    const to = Math.max(...own.map(each => each.answeredAt ?? Infinity));
    return first.locks.map(lock => ({ transactionId: id, from: first.cameAt, to, lock }));
  });
  return hotResources.map(resource =>
    stays.filter(({ lock }) => lock.resource === resource).sort((a, b) => a.from - b.from),
  );
}

const mayShare = (one: Stay, other: Stay): boolean =>
  one.lock.mode === 'shared' && other.lock.mode === 'shared';

export function togetherInside(stays: Stays): string[] {
  return stays.flatMap(inOrder =>
    inOrder.flatMap((one, at) =>
      inOrder
        .slice(at + 1)
        .filter(other => other.from < one.to && !mayShare(one, other))
        .map(other => `${told(other)} entered ${one.to - other.from} ms before ${told(one)} had left`),
    ),
  );
}

/** Shared ones may enter in either order. */
export function tokensNotRising(stays: Stays): string[] {
  return stays.flatMap(inOrder =>
    inOrder.flatMap((one, at) =>
      inOrder
        .slice(0, at)
        .filter(earlier => !mayShare(one, earlier) && earlier.lock.fencingToken >= one.lock.fencingToken)
        .map(earlier => `${told(one)} entered after ${told(earlier)}`),
    ),
  );
}

function told({ transactionId, lock: { resource, mode, fencingToken } }: Stay): string {
  return `${transactionId} (${mode} ${resource}, token ${fencingToken})`;
}

/** All requests of a transaction carry the locks that it asked for, with one token each. */
export function locksThatDiffer(played: readonly Played[], visits: readonly Visit[]): string[] {
  return played.flatMap(({ plan, document: { id } }) => {
    const carried = visits.filter(each => each.transactionId === id).map(each => JSON.stringify(each.locks));
    const [first = '[]'] = carried;
    const locks = JSON.parse(first) as FencedLock[];
    const named = (all: readonly { resource: string; mode: string }[]): string =>
      all
        .map(({ resource, mode }) => `${mode} ${resource}`)
        .sort()
        .join();
    const right = carried.length === 0 || named(locks) === named(plan.locks);
    return right && carried.every(each => each === first) ? [] : [`${id} carried ${carried.join(' and ')}`];
  });
}

/** A worker that was frozen or cut off may repeat a commit or rollback that had its answer. Nothing else comes so late. */
export function tooLate(played: readonly Played[], visits: readonly Visit[]): Visit[] {
  const endedAt = new Map(played.map(({ document: d }) => [d.id, Date.parse(d.endedAt ?? '')]));
  return visits.filter(each => each.cameAt > (endedAt.get(each.transactionId) ?? 0));
}

const expected: Readonly<Record<Fate, readonly string[]>> = {
  plain: ['committed', 'lockTimeout', 'deadline'],
  hasty: ['committed', 'lockTimeout'],
  refused: ['refused', 'lockTimeout', 'deadline'],
  aborted: ['committed', 'aborted', 'lockTimeout', 'deadline'],
  terminated: ['committed', 'aborted', 'lockTimeout', 'deadline'],
};

/** `committed`, or the reason why not. */
export function endOf({ document: { status, reason } }: Played): string {
  return status === 'committed' ? status : (reason?.code ?? 'no reason');
}

export function unexpectedEnds(played: readonly Played[]): string[] {
  return played
    .filter(each => !expected[each.plan.fate].includes(endOf(each)) || each.document.needsAttention)
    .map(({ plan, document }) => `${plan.fate}: ${JSON.stringify(document)}`);
}
