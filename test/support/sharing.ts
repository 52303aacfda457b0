/** Owns what test files that run together (test/groups) keep for each other: the first that asks makes it, and it ends after the last. */
interface Kept {
  readonly made: Promise<unknown>;
  readonly end: () => Promise<void>;
}

const kept = new Map<string, Kept>();

/** False where a file runs by itself: nobody else would use what it makes. */
export function isGroup(): boolean {
  return expect.getState().testPath?.endsWith('.group.ts') === true;
}

/** What could not be made is not kept: the next who asks tries again. */
export function shared<T>(key: string, make: () => Promise<T>, end: (made: T) => Promise<void>): Promise<T> {
  const known = kept.get(key);
  if (known !== undefined) return known.made as Promise<T>;
  const made = make();
  kept.set(key, { made, end: async () => end(await made) });
  made.catch(() => kept.delete(key));
  return made;
}

/** For the end of a group. */
export async function endShared(): Promise<void> {
  const all = [...kept.values()];
  kept.clear();
  await Promise.all(all.map(each => each.end()));
}
