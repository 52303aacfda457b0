/**
 * Owns how many prepares run at once. A prepare may wait for rows that a prepared transaction holds, and that one ends by a
 * commit, which needs a connection too: were all of them taken by prepares, everyone would wait until a timeout. So half of
 * a store's connections are kept for commit and rollback.
 */
import { type Vote } from './contract';
import { type ResourceManager, type PrepareCall } from './resourceManager';
import { StoreUnavailable } from './stores/contract';

/** Below the 5 s after which the coordinator gives up a request, as with locks. */
const patienceMs = 3_000;

/** @param connections of the store; undefined where its transactions need none to wait for. */
export function keepRoomForEnds(manager: ResourceManager, connections: number | undefined): ResourceManager {
  if (connections === undefined) return manager;
  const gate = createGate(Math.max(1, Math.floor(connections / 2)));
  return { ...manager, prepare: (call: PrepareCall): Promise<Vote> => gate(() => manager.prepare(call)) };
}

function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places;
  const waiting = new Set<() => void>(); // in order of arrival
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next(); // takes the place over
  };
  const enter = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const goOn = (): void => {
        waiting.delete(goOn);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(goOn);
        reject(new StoreUnavailable(busy));
      }, patienceMs);
      waiting.add(goOn);
    });
  };
  return async work => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

const busy =
  'all connections for prepares are taken, most likely by some that wait for rows: give the store more connections, or let ' +
  'transactions touch fewer rows in common';
