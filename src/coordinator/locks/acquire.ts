/**
 * Owns acquiring a lock that stands on its own. The lock answers at once; whoever has to wait is looked after here, by query, so
 * that nothing of Temporal's is held open meanwhile. A caller that goes away and asks again finds its place, or its grant.
 *
 * The lock itself says when the wait is over: a grant just before that is found, and is nobody's for no longer than its lease.
 */
import { type AcquireAnswer } from '../../protocol/lock/answer';
import { type Ms } from '../../protocol/wire/phases';
import { lockWorkflowId, standingQuery } from '../../../workflows/lockMessages';
import { type Engine } from '../engine';
import { isNotFound, isNotReady, isPassing } from '../engineErrors';
import { WorkerUnavailable } from '../errors';
import { ask } from './ask';
import { type LeaseRequest, type Leased } from './contract';

/** For the lock to answer at all, beside what is waited for others. */
const answerWithinMs = 5000;
const queryWithinMs = 1500;
const firstPauseMs = 30;
const longestPauseMs = 250;
/** Of two front ends whose clocks differ, one may release "later" than the other asks. */
const clocksDifferMs = 2000;

/** @throws WorkerUnavailable */
export async function acquire(engine: Engine, request: LeaseRequest): Promise<Leased> {
  const { signal } = request;
  const waitUntil = Date.now() + request.waitMs;
  let answer = await askAgain(engine, request, waitUntil);
  for (let ms = firstPauseMs; answer.is === 'waits'; ms = Math.min(2 * ms, longestPauseMs)) {
    const { heldBy, ahead } = answer;
    if (signal.aborted) return { is: 'waited', heldBy, ahead };
    await pause(ms, signal);
    const next = await standing(engine, request, waitUntil + answerWithinMs);
    if (next === null && Date.now() >= waitUntil) return { is: 'waited', heldBy, ahead };
    answer = next ?? (await askAgain(engine, request, waitUntil));
  }
  if (answer.is === 'refused') return answer;
  return { ...answer, expiresAt: answer.expiresAt ?? 0 };
}

/** Until there is an answer: what is not known to have arrived is sent again, which is harmless. */
async function askAgain(engine: Engine, request: LeaseRequest, waitUntil: Ms): Promise<AcquireAnswer> {
  const began = Date.now();
  const { resource, mode, holder, ttlMs, caller: by, signal } = request;
  for (;;) {
    const sentAt = Date.now();
    const message = { holder, mode, sentAt, claim: { kind: 'lease', ttlMs, by } } as const;
    const answer = await attempt(began + answerWithinMs, () =>
      ask(engine, resource, { ...message, waitMs: Math.max(waitUntil - sentAt, 0) }),
    );
    const late = answer?.is === 'refused' && answer.why === 'late' && sentAt - began < clocksDifferMs;
    if (answer !== undefined && !late) return answer;
    await pause(longestPauseMs, signal);
  }
}

/** Null where it neither holds nor waits. */
async function standing(engine: Engine, request: LeaseRequest, answerBy: Ms): Promise<AcquireAnswer | null> {
  const handle = engine.client.workflow.getHandle(lockWorkflowId(request.resource));
  for (;;) {
    const answer = await attempt(answerBy, async () => {
      try {
        return await engine.connection.withDeadline(Date.now() + queryWithinMs, () =>
          handle.query(standingQuery, request.holder),
        );
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
    if (answer !== undefined) return answer;
    await pause(longestPauseMs, request.signal);
  }
}

/** Undefined where it may be tried again. @throws WorkerUnavailable after `answerBy` */
async function attempt<T>(answerBy: Ms, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (cause) {
    if (!isPassing(cause) && !isNotReady(cause)) throw cause;
    if (Date.now() < answerBy) return undefined;
    const message = 'no worker answered: the lock may still be granted; send the request again';
    throw new WorkerUnavailable(message, { cause });
  }
}

/** Ends early where nobody waits any more. */
function pause(ms: Ms, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!signal.aborted) signal.addEventListener('abort', end);
  });
}
