/**
 * Owns acquiring a transaction's locks within its workflow's first task: a local activity, over as soon as all are held or one has to be
 * waited for, and at its bound in any case. What goes wrong is not told: the activity that goes on asks again, and sees for itself.
 *
 * I12: what is sent says when the task was given out (`ranAt`), not when it is sent: this worker may be frozen in between
 * (`protocol/transaction/firstLocks.ts`).
 */
import { Context } from '@temporalio/activity';
import { ask } from '../../src/coordinator/lock/ask';
import { bounded } from '../../src/engine/ask';
import { type Engine } from '../../src/engine/engine';
import { type AcquireAnswer } from '../../src/protocol/lock/answer';
import {
  type AcquireFirstInput,
  type FirstLocksAnswer,
  type LockActivities,
} from '../../src/protocol/lock/steps';
import { type FencedLock } from '../../src/protocol/wire/locks';
import { type Ms } from '../../src/protocol/wire/phases';
import { endingOf } from './acquire';
import { type Places } from './places';

export function firstAcquireActivity(engine: Engine, places: Places): LockActivities['acquireFirst'] {
  return async input => {
    const work = (): Promise<FirstLocksAnswer> => acquireWithin(engine, input);
    const isMiss = ({ ending }: FirstLocksAnswer): boolean => ending.is === 'open';
    return (await places.take({ work, isMiss })) ?? { held: [], ending: { is: 'open', asked: false } };
  };
}

async function acquireWithin(
  engine: Engine,
  { transactionId: holder, locks, by, withinMs, ranAt }: AcquireFirstInput,
): Promise<FirstLocksAnswer> {
  const { cancellationSignal } = Context.current();
  const until = performance.now() + withinMs;
  const held: FencedLock[] = [];
  for (const { resource, mode } of locks) {
    const sentAt = Date.now();
    const leftMs = until - performance.now();
    if (leftMs <= 0 || cancellationSignal.aborted) return { held, ending: { is: 'open', asked: false } };
    if (sentAt >= by) return { held, ending: { is: 'overdue' } };
    const claim = { kind: 'transaction' } as const;
    const message = { holder, mode, claim, sentAt, ranAt, waitMs: by - sentAt };
    const answer = await inTime(leftMs, ask(engine, resource, message, leftMs));
    if (answer === undefined) return { held, ending: { is: 'open', asked: true } };
    if (answer.is !== 'granted') return { held, ending: endingOf({ resource, mode }, answer) };
    held.push({ resource, mode, fencingToken: answer.fencingToken });
  }
  return { held, ending: { is: 'all' } };
}

/** Undefined where there is no answer, whyever. */
async function inTime(ms: Ms, asked: Promise<AcquireAnswer>): Promise<AcquireAnswer | undefined> {
  try {
    return await bounded(ms, asked);
  } catch {
    return undefined; // it is asked again, by whoever can say what is wrong
  }
}
