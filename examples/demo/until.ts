/** Owns waiting: for a state, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 25;

/** The first value that is not undefined. Rejects, and says what it waited for, after `withinMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await sleep(pauseMs);
  }
}
