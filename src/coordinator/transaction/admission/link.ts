/**
 * Owns what this front end knows of its way to Temporal. Once something had no answer it is in doubt, and whoever is next looks before
 * anything is handed over: what nobody was handed was not started, and can be said to be so (I10).
 */
import { isReachable } from '../../../engine/reach';
import { type Engine } from '../../../engine/engine';

export class Link {
  readonly #engine: Engine;
  isInDoubt = false;
  /** Temporal does not answer: whoever waits for a turn would wait for it in vain. */
  onLost: () => void = () => undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  isReachable(): Promise<boolean> {
    return isReachable(this.#engine);
  }

  /** Something had no answer. */
  async doubt(): Promise<void> {
    this.isInDoubt = true;
    await this.isLost();
  }

  /** Whether nobody is there: as opposed to a Temporal that is busy, and answers a look. */
  async isLost(): Promise<boolean> {
    if (await this.isReachable()) return false;
    this.isInDoubt = true;
    this.onLost();
    return true;
  }
}
