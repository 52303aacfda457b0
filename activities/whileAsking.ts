/**
 * Owns that an activity which asks workflows beats, and ends with its worker. One that stops takes no more tasks: where it is the only one, nobody
 * answers what it asks, and waiting for that, once for each of many, takes longer than the worker has to stop. So at the end of the time that
 * what is under way has to end by itself (`engine/worker.ts`), the activity fails, and is tried again by another worker, or by the next one.
 *
 * What was asked just before may still arrive, as that of an attempt that was lost with its worker may: only what bears that is run so.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { whileBeating } from './heartbeat';

interface Ends {
  /** However else it is ended (cancelled, out of time, reset); else it ends as `work` does then. */
  readonly whenCancelled?: true;
}

/** @throws ApplicationFailure where the worker stops */
export function whileAsking<T>(work: () => Promise<T>, ends?: Ends): Promise<T> {
  return whileBeating(undefined, () => unlessStopped(work, ends));
}

function unlessStopped<T>(work: () => Promise<T>, { whenCancelled }: Ends = {}): Promise<T> {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  const stopped = new Promise<never>((_, reject) => {
    const end = (): void => {
      if (context.cancellationDetails?.workerShutdown === true)
        reject(ApplicationFailure.retryable('the worker stopped meanwhile', 'workerStopped'));
      else if (whenCancelled === true) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([work(), stopped]);
}
