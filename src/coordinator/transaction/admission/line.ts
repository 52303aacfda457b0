/**
 * Owns who waits for a turn, and whose it is: each caller's in order of arrival, the callers in rotation, so that one who sends much
 * waits for itself alone. Pure but for the clock.
 */
import { type Ms } from '../../../protocol/wire/phases';

export interface Waiting {
  readonly caller: string;
  readonly since: Ms;
  readonly admit: () => void;
  readonly turnAway: (why: (id: string) => Error) => void;
}

const most = { inAll: 2_000, ofCaller: 1_000 };

export class Line {
  /** The first one's turn is next. */
  readonly #callers = new Map<string, Set<Waiting>>();
  #inAll = 0;

  isFull(caller: string): boolean {
    return this.#inAll >= most.inAll || this.lengthOf(caller) >= most.ofCaller;
  }

  lengthOf(caller: string): number {
    return this.#callers.get(caller)?.size ?? 0;
  }

  /** How long the caller's first one has waited. */
  waitedMs(caller: string): Ms {
    const [first] = this.#callers.get(caller) ?? [];
    return first === undefined ? 0 : performance.now() - first.since;
  }

  /** Everyone, as they wait now. */
  get all(): readonly Waiting[] {
    return [...this.#callers.values()].flatMap(own => [...own]);
  }

  add(waiting: Waiting): void {
    const own = this.#callers.get(waiting.caller) ?? new Set();
    this.#callers.set(waiting.caller, own.add(waiting));
    this.#inAll += 1;
  }

  leave(waiting: Waiting): void {
    const own = this.#callers.get(waiting.caller);
    if (own?.delete(waiting) !== true) return;
    this.#inAll -= 1;
    if (own.size === 0) this.#callers.delete(waiting.caller);
  }

  /** @param mayCome whether it can be that caller's turn */
  next(mayCome: (caller: string) => boolean): Waiting | undefined {
    for (const [name, own] of this.#callers) {
      const [first] = own;
      if (first === undefined || !mayCome(name)) continue;
      this.#callers.delete(name);
      this.#callers.set(name, own);
      this.leave(first);
      return first;
    }
    return undefined;
  }
}
