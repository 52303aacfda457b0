/**
 * Owns how many requests wait at once (`Prefer: wait`, PROTOCOL §3): each holds a connection and a long poll of Temporal. Beyond the
 * bound nobody is refused: the answer comes at once, with what is known. Where callers authenticate, one of them has half of all places
 * at most, so that another finds one.
 */
import { type Caller } from './requestContext';

export interface RoomSize {
  readonly inAll: number;
  readonly ofCaller: number;
}

export function roomOf(inAll: number, isAuthenticated: boolean): RoomSize {
  return { inAll, ofCaller: isAuthenticated ? Math.ceil(inAll / 2) : inAll };
}

export class WaitingRoom {
  readonly #size: RoomSize;
  readonly #tell: (inAll: number) => void;
  readonly #waiting = new Map<string, number>();
  #inAll = 0;

  /** @param tell told how many wait, each time that changes */
  constructor(size: RoomSize, tell: (inAll: number) => void = () => undefined) {
    this.#size = size;
    this.#tell = tell;
  }

  /** Undefined where there is no place: `wait` was not called. */
  async wait<T>({ name }: Pick<Caller, 'name'>, wait: () => Promise<T>): Promise<T | undefined> {
    const own = this.#waiting.get(name) ?? 0;
    if (this.#inAll >= this.#size.inAll || own >= this.#size.ofCaller) return undefined;
    this.#count(name, 1);
    try {
      return await wait();
    } finally {
      this.#count(name, -1);
    }
  }

  #count(name: string, change: 1 | -1): void {
    this.#inAll += change;
    const own = (this.#waiting.get(name) ?? 0) + change;
    if (own === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, own);
    this.#tell(this.#inAll);
  }
}
