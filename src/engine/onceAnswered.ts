/** Owns waiting at the start for a Temporal that comes up after us: its frontend may answer while the services behind it do not yet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineUnavailable, isForbidden } from './errors';

export interface Patience {
  /** Told once a failed try. */
  readonly onRetry: (error: unknown) => void;
  readonly signal: AbortSignal;
}

const pauseMs = 1000;

/**
 * Tries until Temporal answers.
 *
 * @throws what else is wrong, which trying again does not mend; and when `signal` aborts
 */
export function onceAnswered<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  return onceDone(call, patience, error => error instanceof EngineUnavailable && !isForbidden(error));
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
