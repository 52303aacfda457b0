/**
 * Owns asking a lock's workflow until it answers. Temporal keeps one query and ten updates of a workflow waiting and turns the
 * others away for the moment (`RESOURCE_EXHAUSTED`): on a hot lock that is no sign of a missing worker. Nor is a Temporal that says nothing.
 */
import { type Ms } from '../../protocol/wire/phases';
import { isNotFound, isNotReady, isOverloaded, isPaused, isWorthRepeating } from '../../engine/errors';
import { lockWorkflowId } from '../../../workflows/lock/messages';
import { unpauseCommand } from '../../engine/facts/status';
import { type Engine } from '../../engine/engine';
import { Silent, isReachable, unlessSilent } from '../../engine/reach';
import { EngineInTrouble, EngineUnavailable, ForeignWorkflow, WorkerUnavailable } from '../errors';
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
  /** What the caller is to know once that has passed. */
  readonly besides?: string;
  /** Somebody waits for others, who may wait longer: a Temporal that says nothing is borne with until `answerBy`. */
  readonly bearsSilence?: true;
}

/** What is asked is told how long it may take. */
type Work<T> = (withinMs: Ms) => Promise<T>;

/** Repeats `work` until it answers. @throws ForeignWorkflow; EngineUnavailable in two seconds where Temporal says nothing; WorkerUnavailable after `answerBy` */
export async function patiently<T>(patience: Patience, work: Work<T>): Promise<T> {
  for (;;) {
    const answer = await attempt(patience, work);
    if (answer !== undefined) return answer.is;
    await pause(pauseMs);
  }
}

/** Undefined where it may be tried again, also where the lock's workflow closed meanwhile. @throws ForeignWorkflow, EngineUnavailable, WorkerUnavailable */
export async function attempt<T>(patience: Patience, work: Work<T>): Promise<{ readonly is: T } | undefined> {
  const { engine, resource, answerBy, busyBy = answerBy, bearsSilence = false } = patience;
  try {
    const answered = work(Math.max(Math.max(answerBy, busyBy) - Date.now(), shortestMs));
    return { is: await (bearsSilence ? answered : unlessSilent(engine, answered)) };
  } catch (cause) {
    if (cause instanceof Silent) throw silent(patience, cause);
    if (isPaused(cause)) throw new WorkerUnavailable(pausedLock(engine, resource), { cause });
    if (cause instanceof ForeignWorkflow) throw cause;
    if (!mayPass(cause)) throw (await inTheWay(engine, resource)) ?? cause;
    if (!bearsSilence && isUnanswered(cause) && !(await isReachable(engine))) throw silent(patience, cause);
    const by = isOverloaded(cause) ? busyBy : answerBy;
    if (Date.now() + pauseMs < by) return undefined;
    throw await noAnswer(patience, cause);
  }
}

/** Where Temporal does not even answer a look, nothing is known of workers. */
async function noAnswer(patience: Patience, cause: unknown): Promise<Error> {
  const { engine, resource, besides = '' } = patience;
  const [found, isThere] = await Promise.all([inTheWay(engine, resource), isReachable(engine)]);
  if (found !== undefined) return found;
  if (!isThere) return silent(patience, cause);
  return new WorkerUnavailable(`no worker answered for the lock${besides}`, { cause });
}

function silent({ besides = '; try again' }: Patience, cause: unknown): EngineInTrouble {
  return new EngineInTrouble(`Temporal does not answer${besides}`, { cause });
}

/** Nobody drives it until a person unpauses it: waiting for that is no use. */
function pausedLock(engine: Engine, resource: string): string {
  return `the lock is paused in Temporal: ${unpauseCommand(engine, lockWorkflowId(resource))}`;
}

/** By anybody: a lock that is busy is answered for by Temporal. */
function isUnanswered(error: unknown): boolean {
  return error instanceof EngineUnavailable && !isOverloaded(error);
}

function mayPass(error: unknown): boolean {
  return [isWorthRepeating, isNotReady, isNotFound].some(is => is(error));
}
