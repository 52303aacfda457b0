/** The lock of a resource closes when nobody uses it, and its tokens go on growing. */
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { lease, lockNow, newResource, unlock } from './support';

const world = useWorld();

it('closes once it need not remember who has released, and the next token is greater', async () => {
  const { dtc } = world;
  const resource = newResource();
  const handle = dtc.client.workflow.getHandle(`lock:${resource}`);
  const statusOf = async (): Promise<string> => (await handle.describe()).status.name;
  const first = await lease(dtc, resource, { holder: 'a' });
  expect((await unlock(dtc, resource, 'a')).status).toBe(204);
  expect(await statusOf()).toBe('RUNNING');
  await eventually(async () => (await statusOf()) === 'COMPLETED', 50_000);
  expect(await lockNow(dtc, resource)).toMatchObject({ resource, holders: [], waiters: [] });
  expect((await unlock(dtc, resource, 'a')).status).toBe(404);
  const second = await lease(dtc, resource, { holder: 'a' });
  expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
  expect(await statusOf()).toBe('RUNNING');
}, 90_000);
