/** Owns waiting at the start for a Temporal that comes up after us: its frontend may answer while the services behind it do not yet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineUnavailable, isForbidden, isNotReady } from './errors';

export interface Patience {
  /** Told once a failed try. */
  readonly onRetry: (error: unknown) => void;
  readonly signal: AbortSignal;
}

const pauseMs = 1000;

/**
 * Tries until Temporal answers, and has more to say than that what it is asked about is not ready yet: a Schedule is a workflow too, which a
 * server that has just come up has not begun.
 *
 * @throws what else is wrong, which trying again does not mend; and when `signal` aborts
 */
export function onceAnswered<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const mayPass = (error: unknown): boolean =>
    isNotReady(error) || (error instanceof EngineUnavailable && !isForbidden(error));
  return onceDone(call, patience, mayPass);
}

/** @throws what `mayPass` says is not to be waited for; and when `signal` aborts */
export async function onceDone<T>(
  call: () => Promise<T>,
  { onRetry, signal }: Patience,
  mayPass: (error: unknown) => boolean = () => true,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!mayPass(error)) throw error;
      onRetry(error);
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
