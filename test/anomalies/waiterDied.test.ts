/**
 * docs/LOCKS.md: a client that waits for a lock dies, and its turn comes. The lock is not held for a lease that nobody knows of: it goes to
 * the next one soon, unless that client comes back in time.
 */
import { type LockNow, lease, lockNow, newResource, unlock } from '../locks/support';
import { grantedToNobody, seenWithinMs } from '../locks/waiterDied';
import { useWorld } from '../support/world';

const world = useWorld();
const ttlMs = 3_600_000;

/** How long the only holder has it, from its grant on. */
function heldForMs({ holders }: LockNow): number {
  const [held] = holders;
  return Date.parse(held?.expiresAt ?? '') - Date.parse(held?.since ?? '');
}

it('is held for a moment for one that has died', async () => {
  const { resource } = await grantedToNobody(world.dtc, ttlMs);
  const now = await lockNow(world.dtc, resource);
  expect(now.holders).toMatchObject([{ holder: 'b' }]);
  expect(heldForMs(now)).toBe(seenWithinMs);
  for (const holder of ['b', 'c']) await unlock(world.dtc, resource, holder);
});

it('is held for the whole lease by one that comes back in time', async () => {
  const { resource } = await grantedToNobody(world.dtc, ttlMs);
  const [granted] = (await lockNow(world.dtc, resource)).holders;
  const back = await lease(world.dtc, resource, { holder: 'b', ttlMs });
  expect(back.fencingToken).toBe(granted?.fencingToken);
  expect(Date.parse(back.expiresAt)).toBeGreaterThan(Date.now() + ttlMs - 5000);
  expect((await lockNow(world.dtc, resource)).holders).toMatchObject([{ expiresAt: back.expiresAt }]);
  for (const holder of ['b', 'c']) await unlock(world.dtc, resource, holder);
});

it('is held for the whole lease by one that has waited, and is there', async () => {
  const { dtc } = world;
  const resource = newResource();
  await lease(dtc, resource, { holder: 'a', ttlMs: 300 });
  const { expiresAt } = await lease(dtc, resource, { holder: 'b', ttlMs, waitMs: 20_000 });
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + ttlMs - 5000);
  expect((await lockNow(dtc, resource)).holders).toMatchObject([{ holder: 'b', expiresAt }]);
});
