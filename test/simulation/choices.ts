/**
 * Owns what of a run its seed decides. Each decision has a name, and is drawn from seed and name alone: one that is taken back leaves
 * all others as they were, so that a run can be made smaller (`shrink.ts`).
 */
import { seeded } from '../../src/testing/random';

export interface Choices {
  /** `usual`, or what goes wrong in its place. Of one name there is a first decision, a second, … */
  <T extends string>(name: string, usual: T, otherwise: readonly T[]): T;
}

export interface Drawn {
  readonly choices: Choices;
  /** In [0, 1). What is no trouble: it is never taken back. */
  readonly number: (name: string) => number;
  /** What went otherwise than usual, by name, in order. */
  readonly trouble: ReadonlyMap<string, string>;
}

/** @param usual names of decisions that are taken back */
export function draw(seed: number, usually: ReadonlySet<string>, isCalm: () => boolean): Drawn {
  const counts = new Map<string, number>();
  const trouble = new Map<string, string>();
  const number = (name: string): number => seeded(hashed(name, seed))();
  const levels = [0.03, 0.1, 0.25, 0.5];
  const level = levels[Math.floor(number('level') * levels.length)] ?? 0;
  const choices: Choices = (name, usual, otherwise) => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const full = nth === 1 ? name : `${name} (${String(nth)})`;
    if (isCalm() || usually.has(full) || number(full) >= level) return usual;
    const what = otherwise[Math.floor(number(`${full}: what`) * otherwise.length)] ?? usual;
    trouble.set(full, what);
    return what;
  };
  return { choices, number, trouble };
}

/** FNV-1a. */
function hashed(text: string, seed: number): number {
  let hash = (2_166_136_261 ^ Math.imul(seed, 2_654_435_761)) >>> 0;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619) >>> 0;
  return hash;
}
