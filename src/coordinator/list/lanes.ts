/**
 * Owns how much of Temporal lists and counts may take: they search a database that every step of a transaction is written to. Two are
 * read at once, and each is followed by as long a pause as it took, so that whatever is asked for leaves half of the time. Whoever asks
 * without end takes turns with the others.
 */
import { type Ms } from '../../protocol/wire/phases';
import { TooManyLists } from '../errors';

const atOnce = 2;
const mostWaiting = 200;
const longestPauseMs: Ms = 500;

interface Waiting {
  readonly caller: string;
  readonly admit: () => void;
}

export class Lanes {
  #free = atOnce;
  readonly #waiting = new Set<Waiting>();
  /** Whose turn was the last. */
  #last = '';

  /** @throws TooManyLists where its turn does not come within `patienceMs` */
  async take<T>(caller: string, patienceMs: Ms, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(caller, patienceMs);
    this.#last = caller;
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

  #turn(caller: string, patienceMs: Ms): Promise<void> {
    if (this.#waiting.size >= mostWaiting) return Promise.reject(new TooManyLists());
    return new Promise((resolve, reject) => {
      const waiting = {
        caller,
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
    const [first] = this.#waiting;
    const next = [...this.#waiting].find(each => each.caller !== this.#last) ?? first;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next.admit();
    }
  }
}
