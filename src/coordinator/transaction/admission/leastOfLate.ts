/** Owns the least of the numbers that came within the last while, of which it keeps two. */
import { type Ms } from '../../../protocol/wire/phases';

export class LeastOfLate {
  readonly #ofMs: Ms;
  #since: Ms = -Infinity;
  #before = Infinity;
  #now = Infinity;

  /** @param ofMs what is older than that is forgotten after as long again at the latest */
  constructor(ofMs: Ms) {
    this.#ofMs = ofMs;
  }

  /** Infinity where nothing came. */
  get least(): number {
    return Math.min(this.#before, this.#now);
  }

  add(value: number): void {
    const at = performance.now();
    if (at - this.#since > this.#ofMs) {
      this.#before = this.#now;
      this.#now = Infinity;
      this.#since = at;
    }
    this.#now = Math.min(this.#now, value);
  }
}
