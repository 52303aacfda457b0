/**
 * Owns how much of Temporal lists and counts may take: they search a database that every step of a transaction is written to. Two are
 * read at once, and each is followed by as long a pause as it took, so that whatever is asked for leaves half of the time.
 */
import { type Ms } from '../../protocol/wire/phases';
import { TooManyLists } from '../errors';

const atOnce = 2;
const mostWaiting = 200;
const longestPauseMs: Ms = 500;

interface Waiting {
  readonly admit: () => void;
}

export class Lanes {
  #free = atOnce;
  readonly #waiting = new Set<Waiting>();

  /** @throws TooManyLists where its turn does not come within `patienceMs` */
  async take<T>(patienceMs: Ms, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(patienceMs);
    const began = performance.now();
    try {
      return await work();
    } finally {
      setTimeout(
        () => {
          this.#giveBack();
        },
        Math.min(performance.now() - began, longestPauseMs),
      ).unref();
    }
  }

  #turn(patienceMs: Ms): Promise<void> {
    if (this.#waiting.size >= mostWaiting) return Promise.reject(new TooManyLists());
    return new Promise((resolve, reject) => {
      const waiting = {
        admit: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new TooManyLists());
      }, patienceMs);
    });
  }

  #giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next.admit();
    }
  }
}
