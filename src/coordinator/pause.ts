/** Owns the pause before something is asked again. */
import { type Ms } from '../protocol/wire/phases';

/** Between half of `ms` and all of it, so that those who wait do not ask in step. Ends early where nobody waits any more. */
export function pause(ms: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms * (0.5 + Math.random() / 2));
    if (signal?.aborted === false) signal.addEventListener('abort', end);
  });
}
