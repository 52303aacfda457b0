/**
 * Owns how much of Temporal lists and counts may take: they search a database that every step of a transaction is written to. Two are
 * read at once, and each is followed by as long a pause as it took, so that whatever is asked for leaves half of the time. Whoever asks
 * without end takes turns with the others (`coordinator/line.ts`), and leaves them places to wait in.
 */
import { type Ms } from '../../protocol/wire/phases';
import { TooManyLists } from '../errors';
import { Line, type Waiting } from '../line';

const atOnce = 2;
const longestLine = { inAll: 200, ofCaller: 100 };
const longestPauseMs: Ms = 500;

export class Lanes {
  #free = atOnce;
  readonly #line = new Line<Waiting>(longestLine);

  /** @throws TooManyLists where its turn does not come within `patienceMs` */
  async take<T>(caller: string, patienceMs: Ms, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(caller, patienceMs);
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
    if (this.#line.isFull(caller)) return Promise.reject(new TooManyLists());
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiting = { caller, since: performance.now(), admit };
      this.#line.add(waiting);
      const timer = setTimeout(() => {
        this.#line.leave(waiting);
        reject(new TooManyLists());
      }, patienceMs);
    });
  }

  #giveBack(): void {
    const next = this.#line.next(() => true);
    if (next === undefined) this.#free += 1;
    else next.admit();
  }
}
