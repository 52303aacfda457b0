/**
 * Owns gauges whose values have to be asked for: a scrape is answered at once, with what was found last, and begins a look where that
 * is older than 15 s. A look that takes its time is taken more seldom: all that it costs is a thirtieth of the time. Nobody looks where nobody
 * scrapes. What could not be looked up for a minute, or four times as long as that takes, is not told any more.
 */
import { type Ms } from '../../protocol/wire/phases';

const lookEveryMs: Ms = 15_000;
/** Of the time. */
const mostOfIt = 1 / 30;
const tellForLooks = 4;

export interface Looked<T> {
  /** What was found last. Begins another look where one is due. */
  readonly now: () => T | undefined;
}

/** @param look rejects where it is not known now */
export function looked<T>(look: () => Promise<T>, onFailed: (error: unknown) => void): Looked<T> {
  let found: { readonly value: T; readonly at: Ms } | undefined;
  let begunAt = -Infinity;
  let pauseMs = lookEveryMs;
  let isLooking = false;
  const again = async (): Promise<void> => {
    isLooking = true;
    begunAt = performance.now();
    try {
      found = { value: await look(), at: performance.now() };
    } catch (error) {
      onFailed(error);
    } finally {
      pauseMs = Math.max(lookEveryMs, (performance.now() - begunAt) / mostOfIt);
      isLooking = false;
    }
  };
  return {
    now: () => {
      const now = performance.now();
      if (!isLooking && now - begunAt >= pauseMs) void again();
      return found !== undefined && now - found.at < pauseMs * tellForLooks ? found.value : undefined;
    },
  };
}
