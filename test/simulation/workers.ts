/** Owns the processes that run workflow tasks and activities: one at a time, which may die, and whose place another one takes. */
import { type Ms } from '../../src/protocol/wire/phases';
import { type Choices } from './choices';
import { type Clock } from './clock';
import { type Code } from './code';

export interface Worker {
  isDead: boolean;
  readonly activities: ReturnType<Code['newActivities']>;
  /** Called right before. */
  readonly onDeath: Set<() => void>;
}

interface Around {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
  readonly newActivities: () => Worker['activities'];
}

const soonMs: Ms = 12;
const laterMs: Ms = 700;

export class Workers {
  readonly #around: Around;
  #current: Worker;

  constructor(around: Around) {
    this.#around = around;
    this.#current = this.another();
  }

  current(): Worker {
    return this.#current;
  }

  /** Beside the current one. */
  another(): Worker {
    return { isDead: false, onDeath: new Set(), activities: this.#around.newActivities() };
  }

  /** @param what has begun at the current one */
  mayDie(what: string): void {
    const { clock, choices, number, tell } = this.#around;
    const fate = choices(`the worker, after ${what} began`, 'lives', ['dies soon', 'dies']);
    if (fate === 'lives') return;
    const dying = this.#current;
    clock.after(number(`${what}: death`) * (fate === 'dies soon' ? soonMs : laterMs), () => {
      if (dying.isDead) return;
      tell('the worker dies, and another one takes its place');
      for (const each of dying.onDeath) each();
      dying.isDead = true;
      this.#current = this.another();
    });
  }
}
