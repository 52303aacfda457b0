/** docs/LOCKS.md: a client that waits for a lock dies, and whoever comes next has the lock soon. */
import { lockNow } from '../locks/support';
import { grantedToNobody, seenWithinMs } from '../locks/waiterDied';
import { useWorld } from '../support/world';

const world = useWorld();

it('serves the next one once nobody has seen the grant', async () => {
  const { resource, next } = await grantedToNobody(world.dtc, 3_600_000);
  const { holders, lastFencingToken = 0 } = await lockNow(world.dtc, resource);
  expect(holders).toMatchObject([{ holder: 'b' }]);
  const since = Date.parse(holders[0]?.since ?? '');
  expect((await next).fencingToken).toBeGreaterThan(lastFencingToken);
  const after = (await lockNow(world.dtc, resource)).holders;
  expect(after).toMatchObject([{ holder: 'c' }]);
  const waitedMs = Date.parse(after[0]?.since ?? '') - since;
  expect(waitedMs).toBeGreaterThanOrEqual(seenWithinMs);
  expect(waitedMs).toBeLessThan(seenWithinMs + 5000);
});
