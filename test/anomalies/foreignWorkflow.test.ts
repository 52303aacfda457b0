/**
 * PROTOCOL §3: another program's workflow has the id of a lock, or of a transaction. Whoever comes across it is refused with a word of
 * why, by whichever route, and nothing of ours is done to it.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { keyedId } from '../../src/protocol/wire/ids';
import { exclusive, lease, lockNow, newResource, postLock, unlock } from '../locks/support';
import { bundleWith } from '../replay/bundles';
import { useWorld } from '../support/world';

const world = useWorld();

const foreignQueue = (): string => `${world.dtc.taskQueue}-foreign`;
let stop: () => Promise<void>;

/** Its workflows of type "order" and "lock" answer queries and updates of our names, with something else. */
beforeAll(async () => {
  const connection = await NativeConnection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
  const code = bundleWith({
    what: 'another program',
    replace: /exports\.transaction = (?:exports\.\w+ = )*exports\.lock = void 0;/,
    by: `const api = __webpack_require__("./node_modules/@temporalio/workflow/lib/index.js");
         async function order() {
           for (const name of ['status', 'standing']) api.setHandler(api.defineQuery(name), () => ({ shelf: 7 }));
           for (const name of ['acquire', 'release']) api.setHandler(api.defineUpdate(name), () => ({ shelf: 7 }));
           await api.condition(() => false);
         }
         async function silent() { await api.condition(() => false); }
         Object.assign(exports, { order, silent });`,
  });
  const worker = await Worker.create({ connection, taskQueue: foreignQueue(), workflowBundle: { code } });
  const run = worker.run();
  stop = async () => {
    worker.shutdown();
    await run;
    await connection.close();
  };
});
afterAll(() => stop());

async function occupy(workflowId: string, type: string): Promise<() => Promise<unknown>> {
  const { dtc } = world;
  const handle = await dtc.client.workflow.start(type, { workflowId, taskQueue: foreignQueue() });
  return () => handle.terminate();
}

const says = (type: string): unknown => ({
  type: '/problems/foreign-workflow',
  detail: expect.stringContaining(`of type "${type}"`) as unknown,
});

describe.each(['order', 'silent'])('a lock whose id a workflow "%s" has', type => {
  it('refuses by every route, and is had once that has closed', async () => {
    const { dtc, participants } = world;
    const resource = newResource();
    const leave = await occupy(`lock:${resource}`, type);
    const path = `${dtc.url}/locks/${encodeURIComponent(resource)}`;
    const [acquired, read, released, rolledBack] = await Promise.all([
      postLock(dtc, { resource, holder: 'job', ttlMs: 1000 }),
      fetch(path),
      unlock(dtc, resource, 'job'),
      dtc.run({ participants: [participants.url('a')], locks: [exclusive(resource)] }),
    ]);
    for (const refused of [acquired, read, released]) {
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject(says(type) as object);
    }
    expect(rolledBack).toMatchObject({
      status: 'rolledback',
      reason: { code: 'lockTimeout', detail: expect.stringContaining(`of type "${type}"`) as unknown },
    });
    expect(participants.requests(rolledBack.id, 'a', 'prepare')).toEqual([]);
    await leave();
    expect(await lockNow(dtc, resource)).toMatchObject({ holders: [], waiters: [] });
    expect(await lease(dtc, resource, { holder: 'job' })).toMatchObject({ resource });
  });
});

it.each(['order', 'transaction'])('a transaction whose id a workflow "%s" has is refused', async type => {
  const { dtc, participants } = world;
  const key = newResource();
  const id = keyedId(dtc.tag, 'anonymous', key);
  const leave = await occupy(id, type);
  const headers = { 'content-type': 'application/json' };
  const answers = await Promise.all([
    dtc.post([participants.url('a')], { 'idempotency-key': key }),
    fetch(`${dtc.url}/transactions/${id}`),
    dtc.act(id, 'abort'),
    dtc.act(id, 'retry'),
    dtc.act(id, 'resolve', { participant: 'p1', outcome: 'committed', reason: 'a test' }),
    fetch(`${dtc.url}/locks/free/${id}`, { method: 'DELETE', headers }),
  ]);
  const free = answers.pop();
  expect(free?.status).toBe(404);
  for (const refused of answers) {
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject(says(type) as object);
  }
  await leave();
});
