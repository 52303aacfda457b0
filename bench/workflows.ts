/** Owns what the bench's worker registers: the transaction as shipped, and what it is compared with. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { type naiveActivities } from './naive';

export { lock, orphanSweep, transaction } from '../workflows';

/** Does nothing: what any workflow costs on this server and machine. */
export async function noop(): Promise<void> {
  // nothing
}

const startToCloseTimeout = '10s';
const vote = proxyActivities<typeof naiveActivities>({ startToCloseTimeout, retry: { maximumAttempts: 5 } });
const outcome = proxyActivities<typeof naiveActivities>({ startToCloseTimeout });

/**
 * Two-phase commit as it is written in an afternoon: an activity for each participant and call, all of a phase at once, repeated by
 * Temporal. No deadline, no word about what was exposed, nothing to look at or to settle.
 */
export async function naive(participants: readonly string[]): Promise<void> {
  const id = workflowInfo().workflowId;
  const all = (via: typeof vote, step: string): Promise<unknown> =>
    Promise.all(participants.map(each => via.naiveCall({ url: `${each}/${step}`, id })));
  try {
    await all(vote, 'prepare');
  } catch (error) {
    await all(outcome, 'rollback');
    throw error;
  }
  await all(outcome, 'commit');
}
