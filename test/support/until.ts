/** Owns waiting for a state that nothing announces: one looks again until it is there, and a deadline ends it with what was last seen. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly withinMs?: number;
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
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (reached(seen)) return seen;
    if (Date.now() > end) throw new NotReached(`not reached within ${String(withinMs)} ms: ${told(seen)}`);
    await sleep(everyMs);
  }
}

/** Polls what is so or not: what participants received, say. */
export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs?: number): Promise<void> {
  const end = withinMs === undefined ? {} : { withinMs };
  await until(
    async () => ((await isSo()) ? undefined : isSo.toString()),
    missing => missing === undefined,
    end,
  );
}

function told(seen: unknown): string {
  return typeof seen === 'string' ? seen : JSON.stringify(seen, null, 1);
}
