/** Owns turning what a lock wants into calls of the engine, and what came of them into events. */
import {
  ActivityFailure,
  TemporalFailure,
  getExternalWorkflowHandle,
  isCancellation,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import { type LockEvent, type Looked } from '../src/protocol/lock/events';
import { type Lock } from '../src/protocol/lock/state';
import { type LockWork } from '../src/protocol/lock/wanted';
import { type LockActivities } from '../activities/types';
import { type LockGranted, lockGrantedSignal } from './messages';

/**
 * Local, so that a look costs no round trip of the engine: it only reads, and who repeats it after a crash harms nobody. It ends
 * well before its workflow task would time out.
 */
const { lookAt } = proxyLocalActivities<LockActivities>({
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '2s',
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
    return await lookAt(holders);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return holders.map(holder => ({ holder, saw: 'unread' }));
  }
}

/** False where there is no such workflow, or it has closed. */
async function tell(
  resource: string,
  { holder, fencingToken }: Extract<LockWork, { do: 'tell' }>,
): Promise<boolean> {
  const granted: LockGranted = { resource, fencingToken };
  try {
    await getExternalWorkflowHandle(holder).signal(lockGrantedSignal, granted);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    return false;
  }
}
