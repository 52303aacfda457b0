/** Owns the figures of a run. */
import { type Recovery, recoveries } from '../checker/recovery';
import { type Violation } from '../checker/violation';
import { type Evidence, isFinal, ofKind } from '../evidence';

export interface FaultTotal {
  readonly carriedOut: number;
  readonly planned: number;
}

export interface Totals {
  readonly orders: number;
  /** That no client was told an id of. */
  readonly unaccepted: number;
  readonly committed: number;
  readonly rolledBack: number;
  readonly requests: number;
  readonly unanswered: number;
  readonly calls: number;
  readonly notifications: number;
  readonly events: number;
  /** Workflows that Temporal has made ones that can never go on. */
  readonly spoiled: readonly string[];
  /** By kind. */
  readonly faults: ReadonlyMap<string, FaultTotal>;
  readonly allFaults: FaultTotal;
  readonly deaths: ReadonlyMap<string, number>;
  readonly recoveries: readonly Recovery[];
}

export function totalsOf(evidence: Evidence): Totals {
  const starts = ofKind(evidence, 'start');
  const reads = ofKind(evidence, 'read');
  const orders = ofKind(evidence, 'order');
  const accepted = new Set(starts.filter(({ id }) => id !== undefined).map(({ order }) => order));
  const outcomes = new Map<string, string>();
  for (const { id, seen } of [...starts, ...reads])
    if (id !== undefined && seen !== undefined && isFinal(seen)) outcomes.set(id, seen.status);
  const count = (status: string): number => [...outcomes.values()].filter(each => each === status).length;
  return {
    orders: orders.length,
    unaccepted: orders.filter(({ order }) => !accepted.has(order)).length,
    committed: count('committed'),
    rolledBack: count('rolledback'),
    requests: starts.length + reads.length,
    unanswered: [...starts, ...reads].filter(({ http }) => http === undefined).length,
    calls: ofKind(evidence, 'call').filter(({ is }) => is === 'received').length,
    notifications: ofKind(evidence, 'notification').length,
    events: ofKind(evidence, 'event').length,
    spoiled: [...new Set(ofKind(evidence, 'spoiled').map(({ workflowId }) => workflowId))],
    ...faultsOf(evidence),
    deaths: tally(ofKind(evidence, 'death').map(({ process, how }) => `${process}: ${how}`)),
    recoveries: recoveries(evidence),
  };
}

function faultsOf(evidence: Evidence): Pick<Totals, 'faults' | 'allFaults'> {
  const planned = ofKind(evidence, 'fault').filter(({ is }) => is !== 'ends');
  const carriedOut = planned.filter(({ is }) => is === 'begins');
  const times = tally(carriedOut.map(({ fault }) => fault));
  const faults = [...tally(planned.map(({ fault }) => fault))].map(
    ([fault, count]) => [fault, { planned: count, carriedOut: times.get(fault) ?? 0 }] as const,
  );
  return {
    faults: new Map(faults),
    allFaults: { planned: planned.length, carriedOut: carriedOut.length },
  };
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names.toSorted()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export function verdictOf(violations: readonly Violation[]): string {
  return violations.length === 0 ? 'no violation' : `${violations.length} violations`;
}
