/** A broken script sends on and on (PROTOCOL §4): what is said once stands beside it, and is heard. */
import { quick } from '../support/quick';
import { useWorld } from '../support/world';
import { stuckInPrepare } from './stuck';

const world = useWorld({ limits: quick });

it('hears what applies after a thousand messages', async () => {
  const { dtc } = world;
  const { id } = await stuckInPrepare(world, 60_000);
  const handle = dtc.client.workflow.getHandle(id);
  // more than a hundred that wait for a busy worker make Temporal take its workflow task away
  for (let batch = 0; batch < 20; batch += 1)
    await Promise.all(Array.from({ length: 51 }, () => handle.signal('retryNow', { by: 'a broken script' })));
  const document = await dtc.until(id, d => d.actions?.at(-1)?.times === 1020);
  expect(document.actions).toHaveLength(1);
  expect((await handle.describe()).historyLength).toBeLessThan(10_000);
  expect((await dtc.act(id, 'abort', { reason: 'enough' })).status).toBe(200);
  expect(await dtc.get(id)).toMatchObject({ decision: 'rollback', reason: { code: 'aborted' } });
});
