/**
 * Owns when those who found no place try again: each gets the next instant of its host's, so that however many wait they come in
 * order and so many a second, and a host that is back is not overrun. Pure.
 *
 * A try that comes in vain costs the engine three writes, and at a host that hangs nearly all do: its few places come free when
 * requests time out. So where few wait the next turn is half a second later, and nearer the more wait: the last of them is to have
 * had a turn within half a minute, as long as that goes, and of a thousand within a minute. Those who are called back once the host
 * answers (`recall.ts`) need no turn but to find out that it does, and as a rest where nobody is left to call them: theirs may take
 * four times as long. All hosts together have so many tries a second, each its share.
 */
import { type Ms } from '../../protocol/wire/phases';

const triesPerSecond = 25;
const leastSpaceMs = 1_000 / triesPerSecond;
const mostSpaceMs = 500;
const longestQueueMs = 27_000;
const calledTimesLonger = 4;

interface Moment {
  readonly now: Ms;
  /** In [0, 1): by how much of the space before the next turn it comes later. */
  readonly random: number;
  readonly by?: Ms | undefined;
  /** It answers, and has places soon: it need not share with hosts that hang. */
  readonly isWell?: boolean;
  /** Who waits is called back. */
  readonly isCalled?: boolean;
}

export class Turns {
  /** The last instant that was given out, by host; those that have passed are forgotten. */
  readonly #lastOf = new Map<string, Ms>();

  get size(): number {
    return this.#lastOf.size;
  }

  /** How long to wait from `now`. A turn after `by` is not kept free for one that will not come. */
  delayMs(host: string, { now, random, by = Infinity, isWell = false, isCalled = false }: Moment): Ms {
    this.#forget(now);
    const others = this.#lastOf.size - (this.#lastOf.has(host) ? 1 : 0);
    const last = this.#lastOf.get(host) ?? now;
    const times = isCalled ? calledTimesLonger : 1;
    const unhurried = mostSpaceMs * (1 - (last - now) / (longestQueueMs * times));
    const space = isWell ? leastSpaceMs : Math.max(leastSpaceMs * times * (others + 1), unhurried);
    const turn = last + space;
    if (turn <= by) this.#lastOf.set(host, turn);
    return Math.round(turn - now + space * random);
  }

  #forget(now: Ms): void {
    for (const [host, last] of this.#lastOf) if (last <= now) this.#lastOf.delete(host);
  }
}
