/**
 * Owns the end of a call of which nothing more is heard. The last look has paused it, and Temporal times no attempt out that is paused: where
 * its worker is gone by then, or its answer was lost on the way, the cancellation that is waited for never comes.
 *
 * I4: so it is waited for as long as an attempt may take, and counts as lost after that. None begins any more: one that was not under way when
 *     it was cancelled was ended by that. One that was is over by then, since a worker ends its request in half of the time (`callTimeouts`).
 */
import { CancellationScope, sleep } from '@temporalio/workflow';
import { type Ms } from '../../src/protocol/wire/phases';

export const overdue = Symbol('overdue');

/** @param isUnknown asked once it is cancelled: whether an attempt may be under way that nobody times out */
export async function untilOverdue<T>(
  call: Promise<T>,
  { isUnknown, withinMs }: { readonly isUnknown: () => boolean; readonly withinMs: Ms },
): Promise<T | typeof overdue> {
  const shielded = new CancellationScope({ cancellable: false });
  const wait = new CancellationScope({ cancellable: true, parent: shielded });
  const whenCancelled = async (): Promise<T | typeof overdue> => {
    if (!isUnknown()) return call;
    await wait.run(() => sleep(withinMs, { summary: 'for the end of a request that was given up' }));
    return overdue;
  };
  try {
    return await Promise.race([call, CancellationScope.current().cancelRequested.catch(whenCancelled)]);
  } finally {
    wait.cancel();
  }
}
