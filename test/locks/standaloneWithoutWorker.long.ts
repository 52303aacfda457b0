/** With no worker, locks answer 503 within seconds, and nothing is lost where the request is repeated. */
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { lease, lockNow, namesNow, newResource, postLock, unlock } from './support';

const world = useWorld({ own: true });
const wanted = { ttlMs: 60_000, waitMs: 20_000 };

async function timed(call: Promise<Response>): Promise<Response> {
  const began = Date.now();
  const response = await call;
  const tookMs = Date.now() - began;
  if (tookMs > 12_000) throw new Error(`took ${tookMs} ms`);
  return response;
}

it('answers 503 with Retry-After, and the repeat finds everything as it was', async () => {
  const { dtc } = world;
  const [held, given, free] = [newResource('held'), newResource('given'), newResource('free')];
  const { fencingToken } = await lease(dtc, held, { holder: 'a' });
  await lease(dtc, given, { holder: 'a' });
  await dtc.stopWorker();
  const url = `${dtc.url}/locks/${encodeURIComponent(held)}`;
  const answers = await Promise.all([
    timed(postLock(dtc, { ...wanted, resource: free, holder: 'b' })),
    timed(postLock(dtc, { ...wanted, resource: held, holder: 'a' })),
    timed(unlock(dtc, given, 'a')), // may take effect later, as its answer says
    timed(fetch(url)),
  ]);
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ type: '/problems/worker-unavailable' });
  }
  const listed = await timed(fetch(`${dtc.url}/locks?limit=200`));
  expect(listed.status).toBe(200);

  await dtc.startWorker();
  expect(await lease(dtc, held, { holder: 'a' })).toMatchObject({ fencingToken });
  expect(await lease(dtc, free, { ...wanted, holder: 'b' })).toMatchObject({ holder: 'b' });
  expect(await namesNow(dtc, free)).toEqual({ holders: ['b'], waiters: [] });
  expect((await unlock(dtc, held, 'a')).status).toBe(204);
  expect((await lockNow(dtc, held)).holders).toEqual([]);
  expect([204, 404]).toContain((await unlock(dtc, given, 'a')).status);
  expect((await lockNow(dtc, given)).holders).toEqual([]);
});

it('grants to one that waits across the gap', async () => {
  const { dtc } = world;
  const resource = newResource();
  await lease(dtc, resource, { holder: 'a', ttlMs: 3000 });
  const granted = lease(dtc, resource, { ...wanted, holder: 'b' });
  await eventually(async () => (await namesNow(dtc, resource)).waiters.includes('b'));
  await dtc.stopWorker();
  await dtc.startWorker();
  expect(await granted).toMatchObject({ holder: 'b' });
});
