/**
 * Owns noticing that this process stood still: it was frozen (SIGSTOP), its machine was suspended, or its event loop did not turn. What
 * it was given before, or was on its way to it meanwhile, Temporal may have taken for lost and given to another worker, which may
 * have brought the transaction to its end by now. So no request of it is sent: it is not known to be this worker's any more.
 *
 * I12 and fencing need no more than that a participant remembers (PROTOCOL §2); this spares it what comes late. It is no proof:
 * a process can stand still between the look and the write.
 */
import { type Ms } from '../src/protocol/wire/phases';

const tickMs: Ms = 250;
/** The heartbeat timeout less the longest time between two heartbeats. */
const longestMs: Ms = 1_000;
/** What was on its way is given to activities within so long. */
const afterwardsMs: Ms = 1_000;

export interface Standstill {
  /** Whether what began then may be another worker's by now. */
  mayHaveTaken(beganAt: Ms): boolean;
}

/** Keeps no process alive. */
export function watchStandstill(): Standstill {
  let turnedAt = Date.now();
  let wokeAt = -Infinity;
  function turn(): void {
    const now = Date.now();
    if (now - turnedAt > longestMs) wokeAt = now;
    turnedAt = now;
  }
  setInterval(turn, tickMs).unref();
  return {
    mayHaveTaken: beganAt => {
      turn(); // right after waking, what is due by time may come after what came from outside
      return beganAt - wokeAt < afterwardsMs;
    },
  };
}
