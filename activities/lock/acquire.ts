/**
 * Owns acquiring a transaction's locks, one after the other, until all are held or one has to be waited for: its lock tells the
 * transaction when it is granted. What Temporal does not answer throws and is repeated as a whole: a lock that is held already
 * answers with the same token.
 *
 * I12: an attempt that was lost may have asked any of them, and may do so yet: `repeated` says so, and all are told of the end.
 */
import { Context } from '@temporalio/activity';
import { ForeignWorkflow } from '../../src/coordinator/errors';
import { ask } from '../../src/coordinator/lock/ask';
import { inTheWay } from '../../src/coordinator/lock/inTheWay';
import { type Engine } from '../../src/engine/engine';
import { type AcquireAnswer } from '../../src/protocol/lock/answer';
import { type Refusal } from '../../src/protocol/lock/apply';
import { type FencedLock, type LockRequest } from '../../src/protocol/wire/locks';
import { whileAsking } from '../whileAsking';
import { type AcquireLocksInput, type LockActivities, type LocksAnswer } from '../../src/protocol/lock/steps';

export function acquireActivity(engine: Engine): LockActivities['acquireLocks'] {
  return async input => {
    const answer = await whileAsking(() => acquireAll(engine, input));
    return Context.current().info.attempt > 1 ? { ...answer, repeated: true } : answer;
  };
}

async function acquireAll(
  engine: Engine,
  { transactionId: holder, locks, by }: AcquireLocksInput,
): Promise<LocksAnswer> {
  const { cancellationSignal, info } = Context.current();
  // by Temporal's clock, and before anything of this attempt: it may be frozen anywhere
  const ranAt = info.currentAttemptScheduledTimestampMs;
  const held: FencedLock[] = [];
  for (const { resource, mode } of locks) {
    const sentAt = Date.now();
    if (cancellationSignal.aborted) return { held, ending: { is: 'gaveUp' } };
    if (sentAt >= by) return { held, ending: { is: 'overdue' } };
    const claim = { kind: 'transaction' } as const;
    const answer = await askOrSee(engine, resource, {
      holder,
      mode,
      claim,
      sentAt,
      ranAt,
      waitMs: by - sentAt,
    });
    if (answer instanceof ForeignWorkflow)
      return { held, ending: { is: 'refused', resource, why: answer.message } };
    if (answer.is !== 'granted') return { held, ending: endingOf({ resource, mode }, answer) };
    held.push({ resource, mode, fencingToken: answer.fencingToken });
  }
  return { held, ending: { is: 'all' } };
}

/** Where another program's workflow has the lock's id, asking again is no use. */
async function askOrSee(
  engine: Engine,
  resource: string,
  message: Parameters<typeof ask>[2],
): Promise<AcquireAnswer | ForeignWorkflow> {
  try {
    return await ask(engine, resource, message);
  } catch (error) {
    const why = error instanceof ForeignWorkflow ? error : await inTheWay(engine, resource);
    if (why instanceof ForeignWorkflow) return why;
    throw why ?? error;
  }
}

export function endingOf(
  { resource }: LockRequest,
  answer: Exclude<AcquireAnswer, { is: 'granted' }>,
): LocksAnswer['ending'] {
  if (answer.is === 'refused') return { is: 'refused', resource, why: words[answer.why] };
  const { heldBy, ahead } = answer;
  return { is: 'waits', resource, heldBy, ahead };
}

const words: Readonly<Record<Refusal, string>> = {
  full: 'too many wait for it',
  late: 'its lock takes the transaction for ended',
  taken: 'somebody else uses the id of this transaction as the name of a holder',
  otherMode: 'it is held or awaited in the other mode',
};
