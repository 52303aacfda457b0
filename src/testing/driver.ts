/**
 * Owns one transaction in memory: the driver loop of the workflow (`workflows/keep.ts`) over the pure core, with a history that it is
 * replayed from when the coordinator dies. What is under way outlasts that, as it does in Temporal.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Scope, type Keeper, keep } from '../../workflows/keep';
import { apply, begin } from '../protocol/transaction/apply';
import { type Event } from '../protocol/transaction/events';
import { type Accepted, type Transaction } from '../protocol/transaction/state';
import { type Wanted, wanted } from '../protocol/transaction/wanted';
import { type Ms } from '../protocol/wire/phases';
import { type Engine, performOwn, performRound } from './attempts';

class MemoryScope implements Scope {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;

  run<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  cancel(): void {
    this.#controller.abort();
  }
}

/** What the engine has under way. */
interface UnderWay {
  readonly ended: Promise<Event | undefined>;
  readonly cancel: () => void;
}

interface DriverOptions {
  readonly id: string;
  readonly accepted: Accepted;
  readonly engine: Engine;
  readonly onChange: (before: Transaction, after: Transaction) => void;
}

export class Driver {
  readonly ended: Promise<void>;
  readonly #options: DriverOptions;
  readonly #history: { readonly event: Event; readonly at: Ms }[] = [];
  readonly #underWay = new Map<string, UnderWay>();
  #settle: { resolve: () => void; reject: (error: unknown) => void };
  #state: Transaction;
  #keeper: Keeper;
  #life = 0;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#settle = { resolve: () => undefined, reject: () => undefined };
    this.ended = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#state = begin(options.id, options.accepted);
    this.#keeper = this.#newKeeper();
  }

  state = (): Transaction => this.#state;

  start(): void {
    this.#guard(() => {
      this.#keeper.reconcile();
    });
  }

  /** Something from outside. */
  hear(event: Event): void {
    this.#feed(event, this.#life);
  }

  /** The process that drove it is gone: another one does, from history. */
  replay(): void {
    this.#life += 1;
    this.#guard(() => {
      const { id, accepted } = this.#options;
      const replayed = this.#history.reduce((t, { event, at }) => apply(t, event, at), begin(id, accepted));
      if (!isDeepStrictEqual(replayed, this.#state))
        throw new Error(
          'the replay of a transaction gives another state: this is a fault of the coordinator',
        );
      this.#state = replayed;
      this.#keeper = this.#newKeeper();
      this.#keeper.reconcile();
    });
  }

  #newKeeper(): Keeper {
    const life = this.#life;
    return keep<Wanted, Event, MemoryScope>(
      {
        wanted: () => wanted(this.#state),
        perform: (work, scope) => this.#perform(work, scope),
        feed: event => {
          this.#feed(event, life);
        },
      },
      { background: new MemoryScope(), open: () => new MemoryScope() },
    );
  }

  #feed(event: Event, life: number): void {
    if (life !== this.#life) return; // of a process that is gone
    this.#guard(() => {
      const before = this.#state;
      const at = this.#options.engine.clock.now();
      this.#state = apply(before, event, at);
      this.#history.push({ event, at });
      this.#keeper.reconcile();
      this.#options.onChange(before, this.#state);
      if (this.#state.stage === 'ended') this.#settle.resolve();
    });
  }

  /** A broken invariant, or a bug: the run fails with it. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#settle.reject(error);
    }
  }

  async #perform(work: Wanted, scope: MemoryScope): Promise<Event | undefined> {
    const running = this.#underWay.get(work.key) ?? this.#begin(work);
    this.#underWay.set(work.key, running);
    scope.signal.addEventListener('abort', running.cancel);
    try {
      return await running.ended;
    } catch (error) {
      this.#settle.reject(error);
      throw error;
    } finally {
      if (this.#underWay.get(work.key) === running) this.#underWay.delete(work.key);
    }
  }

  #begin(work: Wanted): UnderWay {
    const giveUp = new AbortController();
    const cancel = (): void => {
      giveUp.abort();
    };
    return { ended: this.#do(work, giveUp.signal), cancel };
  }

  async #do(work: Wanted, giveUp: AbortSignal): Promise<Event | undefined> {
    const { engine } = this.#options;
    const t = this.#state;
    switch (work.do) {
      case 'round':
        return {
          type: 'callsEnded',
          phase: work.phase,
          endings: await performRound(engine, { t, work, giveUp }),
        };
      case 'own': {
        const ending = await performOwn(engine, { t, work, giveUp, state: this.state });
        return { type: 'callsEnded', phase: work.phase, endings: [ending] };
      }
      case 'awaitQuiet':
        await engine.clock.sleep(work.until - engine.clock.now(), giveUp);
        return giveUp.aborted ? undefined : { type: 'quiet' };
      default:
        throw new Error(`"${work.do}" is not done in memory`);
    }
  }
}
