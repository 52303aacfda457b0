/**
 * Owns who waits for a turn, and whose it is: each caller's in order of arrival, the callers in rotation, so that one who sends much
 * waits for itself alone. Pure but for the clock.
 */
import { type Ms } from '../protocol/wire/phases';

export interface Waiting {
  readonly caller: string;
  readonly since: Ms;
  readonly admit: () => void;
}

interface LineSize {
  readonly inAll: number;
  readonly ofCaller: number;
}

export class Line<One extends Waiting> {
  readonly #most: LineSize;
  /** The first one's turn is next. */
  readonly #callers = new Map<string, Set<One>>();
  #inAll = 0;

  constructor(most: LineSize) {
    this.#most = most;
  }

  isFull(caller: string): boolean {
    return this.#inAll >= this.#most.inAll || this.lengthOf(caller) >= this.#most.ofCaller;
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
  get all(): readonly One[] {
    return [...this.#callers.values()].flatMap(own => [...own]);
  }

  add(waiting: One): void {
    const own = this.#callers.get(waiting.caller) ?? new Set<One>();
    this.#callers.set(waiting.caller, own.add(waiting));
    this.#inAll += 1;
  }

  leave(waiting: One): void {
    const own = this.#callers.get(waiting.caller);
    if (own?.delete(waiting) !== true) return;
    this.#inAll -= 1;
    if (own.size === 0) this.#callers.delete(waiting.caller);
  }

  /** @param mayCome whether it can be that caller's turn */
  next(mayCome: (caller: string) => boolean): One | undefined {
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
