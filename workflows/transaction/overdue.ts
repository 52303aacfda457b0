/**
 * Owns the end of a call of which nothing more is heard. The last look pauses it, and Temporal times no attempt out that is paused: where the
 * look itself was lost before it could undo that, and with it the worker of the attempt, or its answer on the way, the end that is waited for
 * never comes.
 *
 * I4: so it is waited for as long as an attempt may take, and counts as lost after that. None begins any more: one that was not under way when
 *     it was cancelled was ended by that. One that was is over by then, since a worker ends its request in half of the time (`callTimeouts`).
 *     What comes of it all the same, comes too late (`apply` knows the call by its number).
 */
import { isCancellation, sleep } from '@temporalio/workflow';
import { type Event } from '../../src/protocol/transaction/events';
import { type Transaction } from '../../src/protocol/transaction/state';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { failedOwn } from './failed';
import { callTimeouts, participantOf, requestTimeoutMs } from './requests';

/** Temporal's own word comes first, where there is one. */
const heardWithinMs = 1_000;

export async function overdue(t: Transaction, work: Wanted): Promise<Event | undefined> {
  if (work.do !== 'own') return undefined;
  const { phase, to, call } = work;
  const longestMs = requestTimeoutMs(participantOf(t, to), phase);
  const times = callTimeouts(t, work, { longestMs, now: Date.now() });
  const withinMs = Math.max(times.startToCloseTimeout, times.heartbeatTimeout) + heardWithinMs;
  try {
    await sleep(withinMs, { summary: `for the end of the request to ${to} that was given up` });
  } catch (error) {
    if (isCancellation(error)) return undefined; // it has come
    throw error;
  }
  const lost = failedOwn({ is: 'lost', outOfTime: false });
  return { type: 'callsEnded', phase, endings: [{ participant: to, nth: call.nth, ...lost }] };
}
