/**
 * Owns the search: breadth first, so that the first trace to a broken promise is a shortest one. States are numbered in the order in
 * which they are first reached, and each knows the step that led there.
 */
import { type Finding, type Report } from './finding';

export interface Entry<World> {
  readonly number: number;
  readonly world: World;
}

export interface Search<World> {
  readonly numbers: Map<string, number>;
  readonly parents: number[];
  readonly labels: string[];
  /** Reached, and not expanded yet. */
  readonly next: Entry<World>[];
}

/** What came of taking every step from one state. */
export interface Expanded<Name extends string> {
  readonly taken: number;
  readonly findings: readonly Finding<Name>[];
}

/** How a state was reached. */
export interface Way {
  readonly parent: number;
  readonly label: string;
}

export const fromNowhere: Way = { parent: -1, label: 'start' };

export function newSearch<World>(): Search<World> {
  return { numbers: new Map(), parents: [], labels: [], next: [] };
}

/** The number of the state with this key; one that is new is expanded in its turn. */
export function reach<World>(
  { numbers, parents, labels, next }: Search<World>,
  { key, world }: { readonly key: string; readonly world: World },
  { parent, label }: Way,
): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = parents.push(parent) - 1;
  numbers.set(key, number);
  labels.push(label);
  next.push({ number, world });
  return number;
}

/** Expands all that is reached, and ends at the first broken promise; more than `most` states are an error. */
export function searched<World, Name extends string>(
  { parents, next }: Search<World>,
  expand: (entry: Entry<World>) => Expanded<Name>,
  most = Infinity,
): Report<Name> {
  let transitions = 0;
  for (let frontier = next.splice(0); frontier.length > 0; frontier = next.splice(0))
    for (const entry of frontier) {
      const { taken, findings } = expand(entry);
      transitions += taken;
      if (findings.length > 0) return { states: parents.length, transitions, findings };
      if (parents.length > most) throw new Error(`more than ${String(most)} states`);
    }
  return { states: parents.length, transitions, findings: [] };
}

/** The steps to a state, and on from there. */
export function traceBy<World>(
  { parents, labels }: Search<World>,
  number: number,
  on: readonly string[],
): string[] {
  const before: string[] = [];
  for (let at = number; at > 0; at = parents[at] ?? 0) before.unshift(labels[at] ?? '');
  return [...before, ...on];
}
