/**
 * Owns the fast lane: the first round of prepares as part of the workflow's first task. Votes, decision and the schedule of the commit
 * are then persisted by one completion, without a round trip between them.
 *
 * I1: only prepares are asked for within a task (`isWithinTask`). A commit is scheduled by the completion that records the votes, and
 *     leaves after it.
 * I3: a task that is lost (its worker died, its time was up, it failed) leaves no trace of what it asked, and is given out again. So the
 *     lane is taken in a task that was never given out before alone, and a later try counts everybody as reached (`assumeAsked`). A task
 *     tells which it is by the length of history that it was given with: the start and the task itself, scheduled and started; the
 *     first try that was lost leaves an event, and the next one two more. The same length is seen in replay.
 * I4: who has not answered within the bound goes on in the regular activity of the round. Where that finds the request in flight, it waits
 *     for it: there was never another. Where it does not (another process, or this one after a restart), the request is open for nobody
 *     any more, counts as lost (`lostBefore`: reached, loose), and the participant is asked again. Until the round has ended its calls are
 *     open, so nothing of phase two begins. What a lost task had asked is covered as a lost worker's requests are, by looseness.
 *     History has what came of the round only by a completion of that first task: where the task was prolonged, because its worker stood
 *     still, it fails instead, and so it does where a query comes in between (`workflows/transaction/firstTask.ts`). Replay would take
 *     what a later task recorded for no part of this lane, and the transaction would stand still for good.
 * I8: what does not say so in full is no vote here either; it is asked for again.
 * I12: where there are locks, they are acquired first, within the same task (`firstLocks.ts`), and the round is part of it only where all
 *     of them were granted by then. A later try counts all locks as asked too.
 */
import { type Exposure, type Failure, joinExposure, unknownExposure, workerLost } from '../wire/answers';
import { type Ms, type Phase } from '../wire/phases';
import { withParticipants } from './calls';
import { type Ending } from './events';
import { allReached } from './locking';
import { type Asked, isEndingOf } from './results';
import { type Transaction } from './state';

/** For as long the first task waits for votes: less than what is saved, and an abort waits no longer either. */
export const firstRoundMs: Ms = 150;

/** The start, the first task scheduled, the first task started. */
const eventsOfFirstTry = 3;

/** Nobody has been given this task before. */
export function isFirstTry(historyLength: number): boolean {
  return historyLength === eventsOfFirstTry;
}

/**
 * One that comes with the start itself begins with it. One that had to wait for a worker may have brought queries along, which are
 * answered before the votes are in, by a completion that records nothing of the round.
 */
const promptMs: Ms = 1;

export interface FirstTask {
  /** Of history, as the task was given. */
  readonly historyLength: number;
  /** Between the start and the beginning of the task. */
  readonly waitedMs: Ms;
}

export function takesFastLane({ historyLength, waitedMs }: FirstTask): boolean {
  return isFirstTry(historyLength) && waitedMs <= promptMs;
}

/** Whether the round may be asked for before the task's completion is recorded. */
export function isWithinTask(phase: Phase): boolean {
  return phase === 'prepare';
}

/** The task was given out before: anything may have been sent, to participants and to locks. */
export function assumeAsked(t: Transaction): Transaction {
  const reached = allReached(t);
  return withParticipants(reached, p => ({ ...p, exposure: { ...p.exposure, prepare: unknownExposure } }));
}

/** The calls that have ended within the bound. Of a result that was lost, or is none of ours: none. */
export function endedAtOnce(result: unknown, asked: readonly Asked[]): readonly Ending[] {
  const given: readonly unknown[] = Array.isArray(result) ? result : [];
  return asked.flatMap(each => {
    const found = given.find((value): value is Ending => isEndingOf(each, value, 'prepare'));
    return found === undefined ? [] : [found];
  });
}

const whyLost: Failure = { code: workerLost, message: 'the worker was lost during the request' };

/** Of a request that nobody waits for: it may arrive at any time. */
const lost = { exposure: unknownExposure, requests: 1 } as const;

/** The call, where no other request is left to it. */
export function endedByLoss({ participant, nth }: Asked): Ending {
  return { participant, nth, is: 'unavailable', why: whyLost, ...lost };
}

/** The ending of the request that was sent in the place of a lost one, as that of both. */
export function lostBefore(ending: Ending): Ending {
  const exposure: Exposure = joinExposure(lost.exposure, ending.exposure);
  return { ...ending, exposure, requests: lost.requests + ending.requests };
}
