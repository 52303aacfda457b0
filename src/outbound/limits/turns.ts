/**
 * Owns when those who found no place try again: each gets the next instant of its host's, evenly spaced, so that however many wait
 * they come in order and so many a second, and a host that is back is not overrun. A try that comes in vain costs the engine some
 * three writes, so all hosts together have so many a second, each its share. Pure.
 */
import { type Ms } from '../../protocol/wire/phases';

const triesPerSecond = 25;
const spacingMs = 1_000 / triesPerSecond;

interface Moment {
  readonly now: Ms;
  /** In [0, 1): by how much of the space before the next turn it comes later. */
  readonly random: number;
  readonly by?: Ms | undefined;
  /** It answers, and has places soon: it need not share with hosts that hang. */
  readonly isWell?: boolean;
}

export class Turns {
  /** The last instant that was given out, by host; those that have passed are forgotten. */
  readonly #lastOf = new Map<string, Ms>();

  get size(): number {
    return this.#lastOf.size;
  }

  /** How long to wait from `now`. A turn after `by` is not kept free for one that will not come. */
  delayMs(host: string, { now, random, by = Infinity, isWell = false }: Moment): Ms {
    this.#forget(now);
    const others = this.#lastOf.size - (this.#lastOf.has(host) ? 1 : 0);
    const space = isWell ? spacingMs : spacingMs * (others + 1);
    const turn = (this.#lastOf.get(host) ?? now) + space;
    if (turn <= by) this.#lastOf.set(host, turn);
    return Math.round(turn - now + space * random);
  }

  #forget(now: Ms): void {
    for (const [host, last] of this.#lastOf) if (last <= now) this.#lastOf.delete(host);
  }
}
