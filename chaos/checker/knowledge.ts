/** Owns what clients know at the end: of each transaction its order and what was last said of it; of each order its transactions. */
import { type Evidence, type Order, type Seen, type Settled, isFinal, ofKind } from '../evidence';
import { groupBy } from './groupBy';

export interface Observation {
  readonly askedAt: number;
  readonly at: number;
  /** Who said it. */
  readonly by: string;
  readonly seen: Seen;
}

export interface Known {
  readonly orders: ReadonlyMap<string, Order>;
  /** The order of each transaction that an answer, a journal or a row names. */
  readonly orderOf: ReadonlyMap<string, string>;
  /** By transaction, in the order in which it was heard. */
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
  /** `committed` or `rolledback`; absent where nothing final was ever said. */
  readonly outcome: (id: string) => string | undefined;
  /** What people have said of a transaction's participants by hand, or may have. */
  readonly settled: (id: string) => readonly Settled[];
  /** Whether Temporal has made a workflow one that can never go on: by a transaction's id, or `lock:` and a resource. */
  readonly isSpoiled: (workflowId: string) => boolean;
}

export function knowledge(evidence: Evidence): Known {
  const orderOf = new Map<string, string>();
  const observations = new Map<string, Observation[]>();
  const hear = (id: string, observation: Observation): void => {
    observations.set(id, [...(observations.get(id) ?? []), observation]);
  };
  for (const { id, order, askedAt, at, api, seen } of ofKind(evidence, 'start')) {
    if (id === undefined || id === '') continue;
    orderOf.set(id, order);
    if (seen !== undefined) hear(id, { askedAt, at, by: api, seen });
  }
  for (const { id, askedAt, at, api, seen } of ofKind(evidence, 'read'))
    if (seen !== undefined) hear(id, { askedAt, at, by: api, seen });
  for (const { id, at, stream, seen } of ofKind(evidence, 'event'))
    hear(id, { askedAt: at, at, by: `stream ${stream}`, seen });
  for (const { id, order } of ofKind(evidence, 'call')) if (order !== '') orderOf.set(id, order);
  for (const { rows } of evidence.books) for (const { id, order } of rows) orderOf.set(id, order);
  const orders = new Map(ofKind(evidence, 'order').map(each => [each.order, each]));
  const outcome = (id: string): string | undefined =>
    observations.get(id)?.findLast(({ seen }) => isFinal(seen))?.seen.status;
  const byHand = settledByHand(evidence);
  const spoiled = new Set(ofKind(evidence, 'spoiled').map(({ workflowId }) => workflowId));
  return {
    ...{ orders, orderOf, observations, outcome },
    settled: id => byHand.get(id) ?? [],
    isSpoiled: workflowId => spoiled.has(workflowId),
  };
}

/** By transaction. What Temporal refused was never said, and excuses nothing. */
export function settledByHand(evidence: Evidence): ReadonlyMap<string, readonly Settled[]> {
  const saidPerhaps = ofKind(evidence, 'settled').filter(({ said }) => said !== 'refused');
  return groupBy(saidPerhaps, ({ id }) => id);
}
