/**
 * Owns how many local activities of transactions wait for locks at once in a process, and when none does. Each holds one of the workflow
 * tasks that the worker may have under way, and the locks need such tasks to answer. Whoever finds no place asks nobody, and leaves it to an
 * activity.
 *
 * Where locks do not answer within the bound, the activity asks them once more: that is more work where there is too much already. So after
 * a miss nobody tries for a moment, and the longer the more misses there were one after the other.
 */
import { type Ms } from '../../src/protocol/wire/phases';

/** Of the workflow tasks of a worker. */
const share = 0.4;
const firstPauseMs: Ms = 250;
const longestPauseMs: Ms = 8000;

interface Try<T> {
  readonly work: () => Promise<T>;
  /** Some lock has not answered in time. */
  readonly isMiss: (result: T) => boolean;
}

export interface Places {
  /** None before that. @param tasks workflow tasks that the worker has at once */
  readonly open: (tasks: number) => void;
  /** Undefined where there is no place. */
  readonly take: <T>(each: Try<T>) => Promise<T> | undefined;
}

/** @param now monotonic */
export function places(now: () => Ms = () => performance.now()): Places {
  let most = 0;
  let taken = 0;
  let misses = 0;
  let closedAt = -Infinity;
  let closedUntil = -Infinity;

  async function use<T>({ work, isMiss }: Try<T>): Promise<T> {
    const began = now();
    taken += 1;
    try {
      const result = await work();
      note(isMiss(result), began);
      return result;
    } finally {
      taken -= 1;
    }
  }
  /** What began before the last miss was known says nothing new. */
  function note(missed: boolean, began: Ms): void {
    if (!missed) misses = 0;
    else if (began > closedAt) {
      closedAt = now();
      closedUntil = closedAt + Math.min(firstPauseMs * 2 ** misses, longestPauseMs);
      misses += 1;
    }
  }
  return {
    open: tasks => {
      most = Math.floor(tasks * share);
    },
    take: each => (taken >= most || now() < closedUntil ? undefined : use(each)),
  };
}
