/**
 * Owns waiting for a state that nothing announces: one looks again until it is there, and a deadline ends it with what was last seen.
 * Asking costs whoever is asked as much as the work that is waited for: the longer it takes, the longer the pauses.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly withinMs?: number;
  /** The shortest pause; of what is seen without asking, every one. */
  readonly everyMs?: number;
}

/** The deadline came first; the message has what was last seen. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/** Looks until what is seen is as wanted, and returns it. What `look` throws is not waited out. */
export async function until<Seen>(
  look: () => Seen | Promise<Seen>,
  reached: (seen: Seen) => boolean,
  { withinMs = 20_000, everyMs = 10 }: Patience = {},
): Promise<Seen> {
  const began = Date.now();
  const end = began + withinMs;
  for (;;) {
    const looked = look();
    const seen = await looked;
    if (reached(seen)) return seen;
    const now = Date.now();
    if (now > end) throw new NotReached(`not reached within ${String(withinMs)} ms: ${told(seen)}`);
    const grown = looked instanceof Promise ? Math.min((now - began) / 8, longestMs) : 0;
    await sleep(Math.max(everyMs, grown));
  }
}

const longestMs = 250;

/** Polls what is so or not: what participants received, say. */
export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs?: number): Promise<void> {
  const end = withinMs === undefined ? {} : { withinMs };
  const missing = (so: boolean): string | undefined => (so ? undefined : isSo.toString());
  const look = (): string | undefined | Promise<string | undefined> => {
    const so = isSo();
    return typeof so === 'boolean' ? missing(so) : so.then(missing);
  };
  await until(look, seen => seen === undefined, end);
}

function told(seen: unknown): string {
  return typeof seen === 'string' ? seen : JSON.stringify(seen, null, 1);
}
