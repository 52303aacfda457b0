/** Owns the death of a client that waits for a lock, right before its turn comes. */
import { type TestCoordinator } from '../support/coordinator';
import { eventually } from '../support/until';
import { type Lease, lease, namesNow, newResource, unlock } from './support';

/** What was waited for and that nobody has seen is somebody else's after that. */
export const seenWithinMs = 10_000;

/** Granted to "b" after its client has gone, while "c" waits. */
export async function grantedToNobody(
  dtc: TestCoordinator,
  ttlMs: number,
): Promise<{ readonly resource: string; readonly next: Promise<Lease> }> {
  const resource = newResource();
  await lease(dtc, resource, { holder: 'a' });
  const dying = new AbortController();
  const call = fetch(`${dtc.url}/locks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resource, holder: 'b', ttlMs, waitMs: 50_000 }),
    signal: dying.signal,
  });
  await eventually(async () => (await namesNow(dtc, resource)).waiters.includes('b'));
  const next = lease(dtc, resource, { holder: 'c', waitMs: 50_000 });
  next.catch(() => undefined);
  await eventually(async () => (await namesNow(dtc, resource)).waiters.includes('c'));
  dying.abort();
  await expect(call).rejects.toThrow();
  expect((await unlock(dtc, resource, 'a')).status).toBe(204);
  return { resource, next };
}
