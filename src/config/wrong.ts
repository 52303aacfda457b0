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
  /** What is wrong with it beside those before. */
  readonly conflict: (entry: T, before: readonly T[]) => string | undefined;
}

/** Of a comma list of secrets: all that is wrong is said, by position. */
export function readSecrets<T extends object>(text: string, { read, conflict }: Entries<T>): Wrong | T[] {
  const entries: T[] = [];
  const wrong: WrongEntry[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const parsed = read(entry.trim());
    const why = typeof parsed === 'string' ? parsed : conflict(parsed, entries);
    if (why !== undefined) wrong.push({ nth: index + 1, why });
    if (typeof parsed !== 'string') entries.push(parsed);
  }
  return wrong.length === 0 ? entries : wrongEntries(wrong);
}
