/** Owns how a transaction acquires its locks and gives them back: one activity for all of them, each way. */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancelledFailure,
  proxyActivities,
} from '@temporalio/workflow';
import { type Event } from '../../src/protocol/transaction/events';
import { type Wanted } from '../../src/protocol/transaction/wanted';
import { type LockActivities, type LocksAnswer } from '../../src/protocol/lock/steps';
import { locksAnswer } from '../../src/protocol/lock/results';
import { namesOf } from './names';

type Acquire = Extract<Wanted, { do: 'acquireLocks' }>;
type Release = Extract<Wanted, { do: 'releaseLocks' }>;

const shared = {
  startToCloseTimeout: '1m',
  heartbeatTimeout: '2s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** Repeated until the time for acquiring locks is up: what was got stays got. */
export async function acquireLocks(transactionId: string, { key, locks, by }: Acquire): Promise<LocksAnswer> {
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

/** Tried for ever: nobody else could have the locks. */
export async function releaseLocks(transactionId: string, { key, resources }: Release): Promise<Event> {
  const activities = proxyActivities<LockActivities>({
    ...shared,
    activityId: key,
    retry: { initialInterval: '200ms', maximumInterval: '30s' },
    summary: namesOf(resources),
  });
  await activities.releaseLocks({ transactionId, resources });
  return { type: 'locksReleased' };
}
