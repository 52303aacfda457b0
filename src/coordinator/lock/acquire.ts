/**
 * Owns acquiring a lock that stands on its own. The lock answers at once; whoever has to wait is looked after here, by query, so
 * that nothing of Temporal's is held open meanwhile. A caller that goes away and asks again finds its place, or its grant.
 *
 * The lock itself says when the wait is over: a grant just before that is found. A grant that was waited for lasts a moment only until
 * it was found for a caller that is still there; then it is told to the lock, which gives it its whole lease.
 *
 * I12: a grant is durable before it is told: a query may be answered ahead of history, the acquire that follows is not.
 */
import { type AcquireAnswer } from '../../protocol/lock/answer';
import { isAcquireAnswer } from '../../protocol/lock/results';
import { type Ms } from '../../protocol/wire/phases';
import { lockWorkflowId, standingQuery } from '../../../workflows/lock/messages';
import { handleOf, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { ask } from './ask';
import { given } from '../../protocol/wire/given';
import { type LeaseRequest, type Leased } from './contract';
import { pause } from '../pause';
import { strangerAt } from './inTheWay';
import { attempt, patiently } from './patience';

/**
 * A grant after a wait is found by a look, and then said to have been seen, each of which may take as long as an answer may. What nobody
 * says that of goes on to the next: whoever waited may have died.
 */
const seenWithinMs = 10_000;
/** For the lock to answer at all, beside what is waited for others. */
const answerWithinMs = 5000;
const queryWithinMs = 800;
const firstPauseMs = 30;
/** Whoever is next looks more often than those behind, so that a lock that comes free stands idle for a moment only. */
const pauseOfNextMs = 80;
const longestPauseMs = 400;
/** Of two front ends whose clocks differ, one may release "later" than the other asks. */
const clocksDifferMs = 2000;
const besides = ': the lock may still be granted; send the request again';

/** Who waits for others outlasts a restart of Temporal's. */
const waits = { bearsSilence: true } as const;

/** Of the answer's time, what is kept for asking the lock once more after the wait. */
const lastAnswerMs = 2000;

/** A lock ends a wait itself; one that was terminated says for ever what it said last. */
const overdueMs = 1000;

/** @throws ForeignWorkflow, EngineUnavailable, WorkerUnavailable */
export async function acquire(engine: Engine, request: LeaseRequest): Promise<Leased> {
  const { signal } = request;
  const waitUntil = Math.min(Date.now() + request.waitMs, request.answerBy - lastAnswerMs);
  const first = await askAgain(engine, request, { waitUntil });
  // sent as at first: where somebody released it meanwhile, that ends this wait too
  const again: Again = { waitUntil, sentAs: first.sentAt };
  let { answer } = first;
  for (let ms = firstPauseMs; answer.is !== 'refused'; ms *= 2) {
    if (answer.is === 'granted') {
      const { toBeSeen = false, fencingToken, expiresAt = 0 } = answer;
      if (!toBeSeen) return { is: 'granted', fencingToken, expiresAt };
      if (signal.aborted) return { is: 'waited', heldBy: [], ahead: 0 };
      ({ answer } = await askAgain(engine, request, { ...again, sees: fencingToken }));
      continue;
    }
    const { heldBy, ahead } = answer;
    await pause(Math.min(ms, ahead === 0 ? pauseOfNextMs : longestPauseMs), signal);
    const next = await standing(engine, request, Math.min(waitUntil + answerWithinMs, request.answerBy));
    const over = signal.aborted || Date.now() >= waitUntil + (next === null ? 0 : overdueMs);
    if (over && (next === null || next.is === 'waits')) return { is: 'waited', heldBy, ahead };
    answer = next ?? (await askAgain(engine, request, again)).answer;
  }
  return answer;
}

interface Again {
  readonly waitUntil: Ms;
  /** The time that an earlier one of this wait was sent at. */
  readonly sentAs?: Ms;
  /** The token of the grant that was found. */
  readonly sees?: number;
}

/**
 * Until there is an answer: what is not known to have arrived is sent again, which is harmless. Not for a caller that has gone: it
 * may have released what would be granted then.
 */
async function askAgain(
  engine: Engine,
  request: LeaseRequest,
  { waitUntil, sentAs, sees }: Again,
): Promise<{ readonly answer: AcquireAnswer; readonly sentAt: Ms }> {
  const began = Date.now();
  const { resource, mode, holder, ttlMs, caller: by, signal } = request;
  const claim = { kind: 'lease', ttlMs, by, seenWithinMs } as const;
  for (;;) {
    const now = Date.now();
    const sentAt = sentAs ?? now;
    const message = { holder, mode, sentAt, claim, ...given({ sees }) };
    const patience = {
      ...{ engine, resource },
      answerBy: Math.min(began + answerWithinMs, request.answerBy),
      busyBy: Math.min(waitUntil + answerWithinMs, request.answerBy),
      besides,
      ...(sentAs === undefined ? {} : waits),
    };
    const came = await attempt(patience, withinMs =>
      ask(engine, resource, { ...message, waitMs: Math.max(waitUntil - now, 0) }, withinMs),
    );
    const late = came?.is.is === 'refused' && came.is.why === 'late';
    const again = late && sentAs === undefined && now - began < clocksDifferMs;
    if (came !== undefined && !again) return { answer: came.is, sentAt };
    if (signal.aborted) return { answer: { is: 'waits', heldBy: [], ahead: 0 }, sentAt };
    await pause(longestPauseMs, signal);
  }
}

/** Null where it neither holds nor waits. */
function standing(engine: Engine, request: LeaseRequest, answerBy: Ms): Promise<AcquireAnswer | null> {
  const handle = handleOf(engine, lockWorkflowId(request.resource));
  const { resource, holder } = request;
  return patiently({ engine, resource, answerBy, besides, ...waits }, async withinMs => {
    try {
      const query = (): Promise<AcquireAnswer | null> => handle.query(standingQuery, holder);
      const answer: unknown = await within(engine, withinMs, query, queryWithinMs);
      if (answer !== null && !isAcquireAnswer(answer)) throw await strangerAt(engine, resource);
      return answer;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  });
}
