/** Owns time and order: what is due is done one after the other, and time stands still while anything goes on. */
import { type Ms } from '../../src/protocol/wire/phases';

interface Due {
  readonly at: Ms;
  readonly nth: number;
  readonly call: () => void | Promise<void>;
}

export class Clock {
  #now: Ms;
  #due: Due[] = [];
  #count = 0;

  constructor(startAt: Ms) {
    this.#now = startAt;
  }

  now = (): Ms => this.#now;

  /** @returns what takes it back */
  after = (ms: Ms, call: Due['call']): (() => void) => {
    this.#count += 1;
    const due = { at: this.#now + Math.max(Math.round(ms), 0), nth: this.#count, call };
    let place = this.#due.length;
    while (place > 0 && (this.#due[place - 1]?.at ?? 0) > due.at) place -= 1;
    this.#due.splice(place, 0, due);
    return () => {
      const index = this.#due.indexOf(due);
      if (index >= 0) this.#due.splice(index, 1);
    };
  };

  /** Does what is due next. @returns false where nothing is */
  async next(): Promise<boolean> {
    const due = this.#due.shift();
    if (due === undefined) return false;
    this.#now = Math.max(this.#now, due.at);
    await due.call();
    await settled();
    return true;
  }
}

const { setImmediate: nextTurn } = globalThis;

/** When all that could go on has gone on: nothing here waits for anything but promises and this clock. */
export function settled(): Promise<void> {
  return new Promise(resolve => nextTurn(resolve));
}
