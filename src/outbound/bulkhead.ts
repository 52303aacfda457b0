/**
 * Owns how many calls may be in flight to one endpoint (I9): a thousand transactions stuck on a dead participant hold no
 * capacity that healthy ones need. A full bulkhead makes callers wait in order, for a bounded time.
 *
 * Only endpoints with calls in flight are remembered.
 */
import { type Ms } from '../protocol/wire/phases';

export type Admission = 'admitted' | 'busy' | 'cancelled';

interface Lane {
  inFlight: number;
  /** In order of arrival; each takes over a place that was left. */
  readonly waiting: Set<() => void>;
}

export class Bulkhead {
  readonly #limit: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Endpoints that are remembered at the moment. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Waits at most `waitMs`. Who was `admitted` calls `leave` once. */
  async enter(endpoint: string, waitMs: Ms, signal: AbortSignal): Promise<Admission> {
    if (signal.aborted) return 'cancelled';
    const lane = this.#laneOf(endpoint);
    if (lane.inFlight >= this.#limit) return wait(lane, waitMs, signal);
    lane.inFlight += 1;
    return 'admitted';
  }

  leave(endpoint: string): void {
    const lane = this.#laneOf(endpoint);
    const [next] = lane.waiting;
    if (next !== undefined) {
      next();
      return;
    }
    lane.inFlight -= 1;
    if (lane.inFlight === 0) this.#lanes.delete(endpoint);
  }

  #laneOf(endpoint: string): Lane {
    const lane = this.#lanes.get(endpoint) ?? { inFlight: 0, waiting: new Set() };
    this.#lanes.set(endpoint, lane);
    return lane;
  }
}

/** Whoever leaves hands its place on, so a lane with someone waiting stays full and is never forgotten. */
function wait(lane: Lane, waitMs: Ms, signal: AbortSignal): Promise<Admission> {
  return new Promise(resolve => {
    const end = (admission: Admission): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      lane.waiting.delete(admit);
      resolve(admission);
    };
    const admit = (): void => {
      end('admitted');
    };
    const cancel = (): void => {
      end('cancelled');
    };
    const timer = setTimeout(() => {
      end('busy');
    }, waitMs);
    signal.addEventListener('abort', cancel);
    lane.waiting.add(admit);
  });
}
