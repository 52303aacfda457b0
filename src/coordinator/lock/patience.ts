/**
 * Owns asking a lock's workflow until it answers. Temporal keeps one query and ten updates of a workflow waiting and turns the
 * others away for the moment (`RESOURCE_EXHAUSTED`): on a hot lock that is no sign of a missing worker.
 */
import { type Ms } from '../../protocol/wire/phases';
import { isNotFound, isNotReady, isOverloaded, isPaused, isWorthRepeating } from '../../engine/errors';
import { lockWorkflowId } from '../../../workflows/lock/messages';
import { unpauseCommand } from '../../engine/facts/status';
import { type Engine } from '../../engine/engine';
import { ForeignWorkflow, WorkerUnavailable } from '../errors';
import { pause } from '../pause';
import { inTheWay } from './inTheWay';

const pauseMs = 200;
/** A worker that is there answers in that. */
const shortestMs = 200;

interface Patience {
  readonly engine: Engine;
  readonly resource: string;
  readonly answerBy: Ms;
  /** Where the lock is busy rather than silent; default: `answerBy`. */
  readonly busyBy?: Ms;
  /** Of the error, once that has passed. */
  readonly message: string;
}

/** What is asked is told how long it may take. */
type Work<T> = (withinMs: Ms) => Promise<T>;

/** Repeats `work` until it answers. @throws ForeignWorkflow; WorkerUnavailable after `answerBy` */
export async function patiently<T>(patience: Patience, work: Work<T>): Promise<T> {
  for (;;) {
    const answer = await attempt(patience, work);
    if (answer !== undefined) return answer.is;
    await pause(pauseMs);
  }
}

/** Undefined where it may be tried again, also where the lock's workflow closed meanwhile. @throws ForeignWorkflow, WorkerUnavailable */
export async function attempt<T>(
  { engine, resource, answerBy, busyBy = answerBy, message }: Patience,
  work: Work<T>,
): Promise<{ readonly is: T } | undefined> {
  try {
    return { is: await work(Math.max(Math.max(answerBy, busyBy) - Date.now(), shortestMs)) };
  } catch (cause) {
    if (isPaused(cause)) throw new WorkerUnavailable(pausedLock(resource), { cause });
    if (cause instanceof ForeignWorkflow) throw cause;
    if (!mayPass(cause)) throw (await inTheWay(engine, resource)) ?? cause;
    const by = isOverloaded(cause) ? busyBy : answerBy;
    if (Date.now() + pauseMs < by) return undefined;
    throw (await inTheWay(engine, resource)) ?? new WorkerUnavailable(message, { cause });
  }
}

/** Nobody drives it until a person unpauses it: waiting for that is no use. */
function pausedLock(resource: string): string {
  return `the lock is paused in Temporal: ${unpauseCommand(lockWorkflowId(resource))}`;
}

function mayPass(error: unknown): boolean {
  return [isWorthRepeating, isNotReady, isNotFound].some(is => is(error));
}
