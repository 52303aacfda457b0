/**
 * Owns gauges whose values have to be asked for: a scrape is answered at once, with what was found last, and begins a look where that
 * is older than 15 s. Nobody looks where nobody scrapes. What could not be looked up for a minute is not told any more.
 */
import { type Ms } from '../../protocol/wire/phases';

const lookEveryMs: Ms = 15_000;
const tellForMs: Ms = 60_000;

export interface Looked<T> {
  /** What was found last. Begins another look where one is due. */
  readonly now: () => T | undefined;
}

/** @param look rejects where it is not known now */
export function looked<T>(look: () => Promise<T>, onFailed: (error: unknown) => void): Looked<T> {
  let found: { readonly value: T; readonly at: Ms } | undefined;
  let begunAt = -Infinity;
  let isLooking = false;
  const again = async (): Promise<void> => {
    isLooking = true;
    begunAt = performance.now();
    try {
      found = { value: await look(), at: performance.now() };
    } catch (error) {
      onFailed(error);
    } finally {
      isLooking = false;
    }
  };
  return {
    now: () => {
      const now = performance.now();
      if (!isLooking && now - begunAt >= lookEveryMs) void again();
      return found !== undefined && now - found.at < tellForMs ? found.value : undefined;
    },
  };
}
