/** Owns how soon it goes on after a fault: from its end to the first outcome that a client is told of after it. */
import { type Evidence, isFinal, ofKind } from '../evidence';
import { groupBy } from './groupBy';

export interface Recovery {
  readonly fault: string;
  readonly count: number;
  readonly medianMs: number;
  readonly longestMs: number;
}

export function recoveries(evidence: Evidence): Recovery[] {
  const outcomes = outcomeTimes(evidence);
  const ends = ofKind(evidence, 'fault').filter(({ is }) => is === 'ends');
  const measured = ends.flatMap(({ fault, at }) => {
    const next = outcomes.find(each => each > at);
    return next === undefined ? [] : [{ fault, ms: next - at }];
  });
  return [...groupBy(measured, ({ fault }) => fault)]
    .map(([fault, of]) => {
      const sorted = of.map(({ ms }) => ms).toSorted((a, b) => a - b);
      return {
        fault,
        count: of.length,
        medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
        longestMs: sorted.at(-1) ?? 0,
      };
    })
    .toSorted((a, b) => a.fault.localeCompare(b.fault));
}

/** When each transaction was first said to have come out, in order. */
export function outcomeTimes({ told }: Pick<Evidence, 'told'>): number[] {
  const firsts = new Map<string, number>();
  for (const each of told) {
    if (each.kind !== 'read' && each.kind !== 'start' && each.kind !== 'event') continue;
    const { id, seen, at } = each;
    if (id !== undefined && seen !== undefined && isFinal(seen) && !firsts.has(id)) firsts.set(id, at);
  }
  return [...firsts.values()].toSorted((a, b) => a - b);
}
