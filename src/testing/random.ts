/** Owns numbers that are the same for the same seed (mulberry32). */

export interface Random {
  /** In [0, 1). */
  (): number;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

export function chance(random: Random, share: number): boolean {
  return random() < share;
}

export function shuffled<T>(from: readonly T[], random: Random): T[] {
  return from
    .map(each => ({ each, by: random() }))
    .sort((a, b) => a.by - b.by)
    .map(({ each }) => each);
}
