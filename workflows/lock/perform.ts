/** Owns turning what a lock wants into calls of the engine, and what came of them into events. */
import {
  ActivityCancellationType,
  ActivityFailure,
  isCancellation,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import { type LockEvent, type Looked } from '../../src/protocol/lock/events';
import { type Lock } from '../../src/protocol/lock/state';
import { type LockWork } from '../../src/protocol/lock/wanted';
import { lookedAt } from '../../src/protocol/lock/results';
import { type LockActivities } from '../../src/protocol/lock/steps';
import { signalIfThere } from '../signalIfThere';
import { type LockGranted, lockGrantedSignal } from '../transaction/messages';

/**
 * Brief, since somebody waits for the answer; a look that is lost is taken again. Not a local activity: one that begins in the
 * workflow task that carries an update leaves a history that cannot be replayed where that task times out with its worker.
 */
const { lookAt } = proxyActivities<LockActivities>({
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '3s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { maximumAttempts: 1 },
});

/** Undefined where it is no longer wanted. */
export async function performLockWork({ resource }: Lock, work: LockWork): Promise<LockEvent | undefined> {
  try {
    switch (work.do) {
      case 'look':
        return { type: 'looked', at: await look(work.at) };
      case 'tell':
        return { type: 'told', holder: work.holder, delivered: await tell(resource, work) };
      case 'wake':
        await sleep(Math.max(work.at - Date.now(), 1));
        return { type: 'tick' };
    }
  } catch (error) {
    if (isCancellation(error)) return undefined;
    throw error;
  }
}

async function look(holders: readonly string[]): Promise<readonly Looked[]> {
  try {
    return lookedAt(await lookAt(holders), holders);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return holders.map(holder => ({ holder, saw: 'unread' }));
  }
}

/** @returns whether there was somebody to tell */
function tell(
  resource: string,
  { holder, fencingToken }: Extract<LockWork, { do: 'tell' }>,
): Promise<boolean> {
  const granted: LockGranted = { resource, fencingToken };
  return signalIfThere(holder, lockGrantedSignal, granted);
}
