/** Owns how long a retry waits (PROTOCOL §2): exponential, jittered, `Retry-After` respected up to the longest interval. */
import { type Ms } from './phases';

export interface Backoff {
  readonly initialMs: Ms;
  readonly maxMs: Ms;
}

/**
 * The wait after the `failures`-th failed request (1, 2, …) of one participant in one phase.
 * @param random in [0, 1): the wait lies between half and all of its nominal length.
 * @param retryAfterMs what the participant asked for.
 */
export function backoffMs(
  failures: number,
  { initialMs, maxMs }: Backoff,
  random: number,
  retryAfterMs: Ms = 0,
): Ms {
  const doubled = initialMs * 2 ** Math.min(Math.max(failures - 1, 0), 52);
  const nominal = Math.min(maxMs, doubled);
  const jittered = Math.round(nominal / 2 + (nominal / 2) * random);
  return Math.max(jittered, Math.min(retryAfterMs, maxMs));
}
