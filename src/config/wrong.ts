/** Owns what is wrong with a setting's text where what is allowed does not show it: of a list all entries that are, so that a start fails once. */

export class Wrong {
  /** @param parts of the text that are wrong, where they are entries of a list */
  constructor(
    readonly what: string,
    readonly parts?: readonly string[],
  ) {}
}

export interface WrongEntry {
  /** From 1. */
  readonly nth: number;
  /** Absent where it is a secret (I11). */
  readonly entry?: string;
  /** Nothing of the entry stands in it. */
  readonly why: string;
}

/** More say nothing new: a list of something else, perhaps. */
const mostNamed = 20;

export function wrongEntries(all: readonly WrongEntry[]): Wrong {
  const named = all.slice(0, mostNamed);
  const rest = all.length - named.length;
  const more = rest > 0 ? [`and ${rest} more entries`] : [];
  const parts = named.flatMap(({ entry }) => entry ?? []);
  const what = [...named.map(({ nth, why }) => `entry ${nth} ${why}`), ...more].join('; ');
  return parts.length === 0 ? new Wrong(what) : new Wrong(what, parts);
}

interface Entries<T> {
  /** The entry, or what is wrong with it. */
  readonly read: (entry: string) => T | string;
  /** What is wrong with it beside those before: by their positions, since what stands where a name should may be a secret. */
  readonly conflict: (entry: T, before: readonly Entry<T>[]) => string | undefined;
}

export interface Entry<T> {
  /** From 1. */
  readonly nth: number;
  readonly value: T;
}

/** Of a comma list of secrets: all that is wrong is said, by position. */
export function readSecrets<T extends object>(text: string, { read, conflict }: Entries<T>): Wrong | T[] {
  const entries: Entry<T>[] = [];
  const wrong: WrongEntry[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const nth = index + 1;
    const value = read(entry.trim());
    const why = typeof value === 'string' ? value : conflict(value, entries);
    if (why !== undefined) wrong.push({ nth, why });
    if (typeof value !== 'string') entries.push({ nth, value });
  }
  return wrong.length === 0 ? entries.map(({ value }) => value) : wrongEntries(wrong);
}
