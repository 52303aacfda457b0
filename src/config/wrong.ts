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
