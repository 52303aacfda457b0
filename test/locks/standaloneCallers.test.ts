/** A lease belongs to the caller that took it. */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { lockWorkflowId, releaseUpdate } from '../../workflows/lock/messages';
import { newResource, postLock } from './support';

const tokens = { shop: 'shop-0123456789abcdef', bar: 'bar-0123456789abcdef', ops: 'ops-0123456789abcdef' };
const env = {
  DTC_API_TOKENS: `shop:client:${tokens.shop},bar:client:${tokens.bar},ops:operator:${tokens.ops}`,
};
const as = (name: keyof typeof tokens): Record<string, string> => ({
  authorization: `Bearer ${tokens[name]}`,
});

let dtc: TestCoordinator;
beforeAll(async () => (dtc = await startCoordinator({ env })));
afterAll(() => dtc.close());

async function take(name: keyof typeof tokens, resource: string, more: object = {}): Promise<number> {
  const body = { resource, holder: 'job', ttlMs: 60_000, ...more };
  return (await postLock(dtc, body, as(name))).status;
}

async function give(name: keyof typeof tokens, resource: string): Promise<number> {
  const url = `${dtc.url}/locks/${encodeURIComponent(resource)}/job`;
  return (await fetch(url, { method: 'DELETE', headers: as(name) })).status;
}

it('is renewed and released by nobody else, though he calls himself the same', async () => {
  const resource = newResource();
  expect(await take('shop', resource)).toBe(201);
  expect(await take('bar', resource)).toBe(409);
  expect(await give('bar', resource)).toBe(404);
  expect(await take('shop', resource)).toBe(201);
  expect(await give('shop', resource)).toBe(204);
  expect(await take('bar', resource)).toBe(201);
});

it('is released only with the token that it was seen with, where that is said, also by the lock itself', async () => {
  const resource = newResource();
  expect(await take('shop', resource)).toBe(201);
  const query = new URLSearchParams({ resource }).toString();
  const look = await fetch(`${dtc.url}/locks?${query}`, { headers: as('ops') });
  const { holders } = (await look.json()) as { holders: { fencingToken: number }[] };
  const token = holders[0]?.fencingToken ?? 0;
  const giveSeen = async (seen: number, holder = 'job'): Promise<number> => {
    const url = `${dtc.url}/locks?${query}&holder=${holder}&fencingToken=${String(seen)}`;
    return (await fetch(url, { method: 'DELETE', headers: as('ops') })).status;
  };
  expect(await giveSeen(token - 1)).toBe(409);
  expect(await giveSeen(token, 'nobody')).toBe(404);
  // it may change on the way, after whoever sends it has looked
  const tell = (fencingToken: unknown, holder = 'job'): Promise<unknown> =>
    dtc.client.workflow
      .getHandle(lockWorkflowId(resource))
      .executeUpdate(releaseUpdate, { args: [{ holder, fencingToken }] });
  await expect(tell(token - 1)).rejects.toMatchObject({ cause: { type: 'Conflict' } });
  await expect(tell(String(token))).rejects.toMatchObject({ cause: { type: 'BadMessage' } });
  expect(await tell(token, 'nobody')).toEqual({ released: false });
  expect(await take('bar', resource)).toBe(409);
  expect(await giveSeen(token)).toBe(204);
  expect(await take('bar', resource)).toBe(201);
});

it('is released by an operator, whoever has it', async () => {
  const resource = newResource();
  expect(await take('shop', resource)).toBe(201);
  expect(await give('ops', resource)).toBe(204);
  expect(await give('ops', resource)).toBe(404);
});
