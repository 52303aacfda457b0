/** Owns the signal that ends a wait: the server stops, or the client has gone. */
import { type Response } from 'express';

/**
 * Runs `wait` with a signal of its own. `AbortSignal.any` on a signal as old as the process would keep what each request
 * adds, so the listeners are taken off again.
 */
export async function waiting<T>(
  response: Response,
  stopping: AbortSignal,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  if (stopping.aborted || response.closed) end(); // that a client has gone is said once
  stopping.addEventListener('abort', end);
  response.once('close', end);
  try {
    return await wait(ending.signal);
  } finally {
    stopping.removeEventListener('abort', end);
    response.off('close', end);
  }
}
