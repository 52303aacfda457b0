/** PROTOCOL §3: a worker whose code does not agree with a transaction's history leaves it needing attention, and another takes it on. */
import { stuckInCommit } from '../operator/stuck';
import { bundleWith } from '../replay/bundles';
import { quick } from '../support/quick';
import { signal } from '../support/temporalCli';
import { useWorld } from '../support/world';

const world = useWorld({ own: true, limits: quick });

it('says so, and is taken on by the worker that agrees', async () => {
  const { dtc } = world;
  const { id, mend } = await stuckInCommit(world);
  const otherwise = {
    what: 'other calls',
    replace: 'activityId: wanted.key',
    by: 'activityId: `${wanted.key} anew`',
  };
  await dtc.stopWorker();
  await dtc.startWorker(bundleWith(otherwise));
  await signal(id, 'retryNow', { by: 'a test' });
  const { stalled } = await dtc.until(id, d => d.stalled !== undefined);
  expect(stalled).toMatchObject({
    error: { code: 'nondeterminism', message: expect.stringContaining('does not match') as unknown },
    whatToDo: expect.stringContaining('docs/UPGRADING.md') as unknown,
  });
  await dtc.stopWorker();
  await dtc.startWorker();
  mend();
  expect(await dtc.until(id, d => d.endedAt !== undefined)).toMatchObject({ status: 'committed' });
});
