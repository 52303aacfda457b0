/**
 * Owns time in memory: it stands still while anything works, and jumps to the next timer when nothing does. So what takes a minute takes
 * no time, and happens in the same order every time.
 */
import { type Ms } from '../protocol/wire/phases';
import { installDate } from './virtualDate';

interface Timer {
  readonly at: Ms;
  readonly nth: number;
  readonly call: () => void;
}

// those of the process, whatever a test framework puts in their place later
const { setImmediate: nextTurn, setTimeout: realTimeout, clearTimeout: clearRealTimeout } = globalThis;

export interface ClockOptions {
  readonly startAt: Ms;
  /** `Date` tells this time while a run is under way. */
  readonly fakesDate: boolean;
}

export class VirtualClock {
  #now: Ms;
  #timers: Timer[] = [];
  #count = 0;
  #working = new Set<Promise<unknown>>();
  /** Those who wait for something to end. */
  #waiting = 0;
  #going: Promise<void> | undefined;
  readonly #fakesDate: boolean;

  constructor({ startAt, fakesDate }: ClockOptions) {
    this.#now = startAt;
    this.#fakesDate = fakesDate;
  }

  now = (): Ms => this.#now;

  /** @returns what takes it back */
  after(ms: Ms, call: () => void): () => void {
    this.#count += 1;
    const timer = { at: this.#now + Math.max(ms, 0), nth: this.#count, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(each => each !== timer);
    };
  }

  /** Ends early where it is aborted. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const awake = (): void => {
        takeBack();
        signal?.removeEventListener('abort', awake);
        resolve();
      };
      const takeBack = this.after(ms, awake);
      signal?.addEventListener('abort', awake);
    });
  }

  /**
   * Work that really takes time: until it is over, this clock stands still, but no longer than for `patienceMs`, so that what hangs is
   * seen to hang.
   */
  async standDuring<T>(work: Promise<T>, patienceMs: Ms): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => (timer = realTimeout(resolve, patienceMs)));
    const over = work.then(
      () => undefined,
      () => undefined,
    );
    const stands = Promise.race([over, patience]);
    this.#working.add(stands);
    void stands.then(() => {
      clearRealTimeout(timer);
      this.#working.delete(stands);
    });
    return work;
  }

  /** Time goes on until `work` has ended. @throws where nothing is left that could end it */
  async run<T>(work: Promise<T>): Promise<T> {
    this.#waiting += 1;
    const ended = work.finally(() => (this.#waiting -= 1));
    const going = (this.#going ??= this.#go().finally(() => (this.#going = undefined)));
    try {
      return await Promise.race([ended, going.then(() => ended)]);
    } finally {
      if (this.#waiting === 0) await going; // until `Date` is what it was
    }
  }

  async #go(): Promise<void> {
    const restore = this.#fakesDate ? installDate(this.now) : () => undefined;
    try {
      while (this.#waiting > 0) {
        await new Promise<void>(resolve => nextTurn(resolve));
        if (this.#waiting > 0) await this.#turn();
      }
    } finally {
      restore();
    }
  }

  /** What is due happens, also beside work that is under way; only then does time go on. */
  async #turn(): Promise<void> {
    const next = this.#timers.reduce<Timer | undefined>(
      (a, b) => (a === undefined || b.at < a.at || (b.at === a.at && b.nth < a.nth) ? b : a),
      undefined,
    );
    const isDue = next !== undefined && next.at <= this.#now;
    if (this.#working.size > 0 && !isDue) {
      await Promise.race(this.#working);
      return;
    }
    if (next === undefined)
      throw new Error(
        'nothing is under way, and nothing will come: a participant, or this clock, is at fault',
      );
    this.#timers = this.#timers.filter(each => each !== next);
    this.#now = Math.max(this.#now, next.at);
    next.call();
  }
}
