/**
 * I12: a worker that stops while it asks for a transaction's locks leaves that to the next one, and the transaction commits. It neither waits
 * for a lock that nobody answers for, nor takes its own stop for the end of the transaction.
 */
import { newTag } from '../orphans/support/sweeps';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { startParticipants } from '../support/participants';
import { eventually } from '../support/until';
import { exclusive, lease, newResource, unlock } from './support';

/** Of the worker's stop: the first lock answers before what runs is cut off (`engine/worker.ts`), the second after that. */
const answersAfterMs = [2000, 4300] as const;

it('leaves locks that were being asked for to the next worker', async () => {
  const env = { DTC_COORDINATOR_ID: newTag() };
  const participants = await startParticipants();
  const dtc = await startCoordinator({ env });
  const others = [await startCoordinator({ env }), await startCoordinator({ env })] as const;
  try {
    await dtc.run([participants.url('warm')]);
    const locks = [...(await Promise.all(others.map(lockWithoutWorker))), newResource()].map(exclusive);
    const { id } = await dtc.start({ participants: [participants.url('a')], locks });
    await eventually(() => asksForLocks(dtc, id));
    const at = performance.now();
    const stopped = dtc.stopWorker();
    for (const [nth, ms] of answersAfterMs.entries()) {
      await eventually(() => performance.now() > at + ms);
      await others[nth]?.startWorker();
    }
    await stopped;

    await dtc.startWorker();
    expect(await dtc.until(id, d => d.endedAt !== undefined)).toMatchObject({ status: 'committed' });
  } finally {
    await Promise.all([dtc, ...others].map(each => each.close()));
    await participants.close();
  }
});

/** It is free, and runs on a task queue that nobody polls. */
async function lockWithoutWorker(dtc: TestCoordinator): Promise<string> {
  const resource = newResource();
  await lease(dtc, resource, { holder: 'job' });
  expect((await unlock(dtc, resource, 'job')).status).toBe(204);
  await dtc.stopWorker();
  return resource;
}

async function asksForLocks({ client }: TestCoordinator, id: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(id).describe();
  return (raw.pendingActivities ?? []).some(
    ({ activityType, lastStartedTime }) => activityType?.name === 'acquireLocks' && lastStartedTime != null,
  );
}
