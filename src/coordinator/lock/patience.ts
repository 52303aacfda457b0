/**
 * Owns asking a lock's workflow until it answers. Temporal keeps one query and ten updates of a workflow waiting and turns the
 * others away for the moment (`RESOURCE_EXHAUSTED`): on a hot lock that is no sign of a missing worker.
 */
import { type Ms } from '../../protocol/wire/phases';
import {
  isAhead,
  isNotFound,
  isNotReady,
  isOverloaded,
  isPassing,
  isPaused,
  isUnprocessed,
} from '../../engine/errors';
import { lockWorkflowId } from '../../../workflows/lock/messages';
import { unpauseCommand } from '../../engine/facts/status';
import { WorkerUnavailable } from '../errors';

const pauseMs = 200;

interface Patience {
  readonly resource: string;
  readonly answerBy: Ms;
  /** Where the lock is busy rather than silent; default: `answerBy`. */
  readonly busyBy?: Ms;
  /** Of the error, once that has passed. */
  readonly message: string;
}

/** Repeats `work` until it answers. @throws WorkerUnavailable after `answerBy` */
export async function patiently<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await attempt(patience, work);
    if (answer !== undefined) return answer.is;
    await pause(pauseMs);
  }
}

/** Undefined where it may be tried again, also where the lock's workflow closed meanwhile. @throws WorkerUnavailable */
export async function attempt<T>(
  { resource, answerBy, busyBy = answerBy, message }: Patience,
  work: () => Promise<T>,
): Promise<{ readonly is: T } | undefined> {
  try {
    return { is: await work() };
  } catch (cause) {
    if (isPaused(cause)) throw new WorkerUnavailable(pausedLock(resource), { cause });
    if (!mayPass(cause)) throw cause;
    const by = isOverloaded(cause) ? busyBy : answerBy;
    if (Date.now() + pauseMs < by) return undefined;
    throw new WorkerUnavailable(message, { cause });
  }
}

/** Nobody drives it until a person unpauses it: waiting for that is no use. */
function pausedLock(resource: string): string {
  return `the lock is paused in Temporal: ${unpauseCommand(lockWorkflowId(resource))}`;
}

function mayPass(error: unknown): boolean {
  return [isPassing, isNotReady, isNotFound, isUnprocessed, isAhead].some(is => is(error));
}

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
