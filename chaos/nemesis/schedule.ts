/** Owns what is broken when: a list that a seed makes and repeats, before anything runs. Every kind comes once before any comes again. */
import { type Random, shuffled } from '../../src/testing/random';

export interface Planned {
  readonly nth: number;
  readonly atMs: number;
  readonly forMs: number;
  readonly fault: string;
  readonly target: string;
  readonly holdsProcess: boolean;
}

export interface Kind {
  readonly fault: string;
  /** Whom it can befall; one is drawn. */
  readonly targets: readonly string[];
  readonly longestMs: number;
  /** It has a process in hand, or what one stands on: not while that is restarted with all others. */
  readonly holdsProcess?: true;
}

export interface Plan {
  readonly random: Random;
  readonly forMs: number;
  /** The mean pause between the beginnings of two. */
  readonly everyMs: number;
}

const shortestMs = 300;

export function schedule(kinds: readonly Kind[], { random, forMs, everyMs }: Plan): Planned[] {
  const planned: Planned[] = [];
  let deck: Kind[] = [];
  for (let atMs = everyMs; atMs < forMs; atMs += everyMs * (0.5 + random())) {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.pop();
    if (kind === undefined) break;
    const target = kind.targets[Math.floor(random() * kind.targets.length)] ?? '';
    const lasts = shortestMs + random() * (kind.longestMs - shortestMs);
    planned.push({
      nth: planned.length + 1,
      atMs: Math.round(atMs),
      forMs: Math.round(Math.min(lasts, forMs - atMs)),
      fault: kind.fault,
      target,
      holdsProcess: kind.holdsProcess ?? false,
    });
  }
  return planned;
}
