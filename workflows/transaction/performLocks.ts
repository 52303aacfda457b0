/** Owns how a transaction acquires its locks and gives them back: one activity for all of them, each way. */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import { type Event } from '../../src/protocol/transaction/events';
import { firstLocksMs, isOpen, joined, leftOf } from '../../src/protocol/transaction/firstLocks';
import { lastReleaseMs, untold } from '../../src/protocol/transaction/lastTask';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { type FirstLocksAnswer, type LockActivities, type LocksAnswer } from '../../src/protocol/lock/steps';
import { firstLocksAnswer, locksAnswer } from '../../src/protocol/lock/results';
import { type FirstTask, overWithin } from './firstTask';
import { namesOf } from './names';

type Acquire = Extract<Wanted, { do: 'acquireLocks' }>;
type Release = Extract<Wanted, { do: 'releaseLocks' }>;

const shared = {
  startToCloseTimeout: '1m',
  heartbeatTimeout: '2s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

const local = {
  scheduleToCloseTimeout: overWithin,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
} as const;

/** In the first task as much as is granted at once (`protocol/transaction/firstLocks.ts`); what is left, and else all, by an activity. */
export async function acquireLocks(
  transactionId: string,
  work: Acquire,
  task: FirstTask,
): Promise<LocksAnswer> {
  if (!task.isUnderWay()) return acquireAll(transactionId, work);
  const within = await task.call(() => acquireWithin(transactionId, work));
  if (!isOpen(within)) return within;
  return joined(within, await acquireAll(transactionId, { ...work, locks: leftOf(work.locks, within) }));
}

async function acquireWithin(transactionId: string, { locks, by }: Acquire): Promise<FirstLocksAnswer> {
  const { acquireFirst } = proxyLocalActivities<LockActivities>({
    ...local,
    summary: namesOf(locks.map(each => each.resource)),
  });
  const input = { transactionId, locks, by, withinMs: firstLocksMs, ranAt: Date.now() };
  try {
    return firstLocksAnswer(await acquireFirst(input), locks);
  } catch (error) {
    if (error instanceof ActivityFailure) return { held: [], ending: { is: 'open', asked: true } };
    throw error;
  }
}

/** Repeated until the time for acquiring locks is up: what was got stays got. */
async function acquireAll(transactionId: string, { key, locks, by }: Acquire): Promise<LocksAnswer> {
  const activities = proxyActivities<LockActivities>({
    ...shared,
    activityId: key,
    scheduleToCloseTimeout: Math.max(by - Date.now(), 1),
    retry: { initialInterval: '200ms', maximumInterval: '2s' },
    summary: namesOf(locks.map(each => each.resource)),
  });
  try {
    return locksAnswer(await activities.acquireLocks({ transactionId, locks, by }), locks);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { held: [], ending: { is: error.cause instanceof CancelledFailure ? 'gaveUp' : 'overdue' } };
  }
}

/** @param isSure it may leave within this task (`protocol/transaction/lastTask.ts`): as many as answer at once; what is left, and else all, by an activity */
export async function releaseLocks(transactionId: string, work: Release, isSure: boolean): Promise<Event> {
  const { resources } = work;
  const left = isSure ? untold(resources, await releaseWithin(transactionId, resources)) : resources;
  if (left.length > 0) await releaseAll(transactionId, { ...work, resources: left });
  return { type: 'locksReleased' };
}

/** Undefined where nobody knows who has heard it. */
async function releaseWithin(transactionId: string, resources: readonly string[]): Promise<unknown> {
  const { releaseLast } = proxyLocalActivities<LockActivities>({ ...local, summary: namesOf(resources) });
  try {
    return await releaseLast({ transactionId, resources, withinMs: lastReleaseMs });
  } catch (error) {
    if (error instanceof ActivityFailure) return undefined;
    throw error;
  }
}

/** Tried for ever: nobody else could have the locks. */
async function releaseAll(transactionId: string, { key, resources }: Release): Promise<void> {
  const activities = proxyActivities<LockActivities>({
    ...shared,
    activityId: key,
    retry: { initialInterval: '200ms', maximumInterval: '30s' },
    summary: namesOf(resources),
  });
  await activities.releaseLocks({ transactionId, resources });
}
