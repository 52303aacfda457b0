/** The client on a real server, over a way that loses what a test tells it to. */
import { randomUUID } from 'node:crypto';
import { type Client, type TransactionDocument, createClient } from '../../src/client';
import { startParticipants } from '../support/participants';
import { type Proxy, startProxy } from '../support/proxy';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld();
let proxy: Proxy;
let client: Client;

beforeAll(async () => {
  const { hostname: host, port } = new URL(world.dtc.url);
  proxy = await startProxy({ host, port: Number(port) });
  client = createClient({ url: `http://127.0.0.1:${String(proxy.port)}` });
});
afterAll(() => proxy.close());

const urls = (...names: string[]): string[] => names.map(name => world.participants.url(name));
const startedFor = (name: string): string[] => [
  ...new Set(world.participants.received.filter(r => r.name === name).map(r => r.transactionId)),
];

describe('begin', () => {
  it('starts one transaction, and wait says what became of it', async () => {
    const begun = await client.begin({ participants: urls('a', 'b'), labels: { order: '7' } });
    const ended = await client.wait(begun.id, { until: 'end' });
    expect(ended).toMatchObject({ id: begun.id, status: 'committed', labels: { order: '7' } });
    expect(await client.get(begun.id)).toEqual(ended);
    expect(faultsOf(ended, world.participants)).toEqual([]);
  });

  it('gives the one transaction whose answer was lost', async () => {
    const lost = proxy.lost();
    proxy.loseAnswerTo('POST /transactions');
    const { id } = await client.begin(urls('swallowed'));
    expect(proxy.lost()).toBe(lost + 1);
    await client.wait(id, { until: 'end' });
    expect(startedFor('swallowed')).toEqual([id]);
  });

  it('says that nobody knows where the answer was lost and no other came, and the key gives it later', async () => {
    proxy.loseAnswerThenRefuse('POST /transactions');
    const key = 'one, "two" \\ three';
    const begun = client.begin(urls('later'), { idempotencyKey: key, timeoutMs: 500 });
    await expect(begun).rejects.toMatchObject({ name: 'BeginUnknown', idempotencyKey: key });
    proxy.mend();
    const { id } = await client.begin(urls('later'), { idempotencyKey: key });
    await client.wait(id);
    expect(startedFor('later')).toEqual([id]);
    await expect(client.begin(urls('another'), { idempotencyKey: key })).rejects.toMatchObject({
      name: 'KeyReused',
      type: '/problems/idempotency-key-reused',
      status: 422,
    });
  });

  it('says what is wrong with a request, and where', async () => {
    const refused = client.begin(['http://127.0.0.1:9/nothing']);
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidRequest',
      status: 400,
      errors: [{ pointer: '#/0', message: expect.any(String) as string }],
    });
    await expect(refused).rejects.toThrow(/#\/0 must have "prepare" as the last segment/);
  });
});

describe('wait', () => {
  it('is told a rollback once it is certain, although somebody is outstanding', async () => {
    world.participants.on('no', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
    world.participants.on('silent', ({ phase }) => (phase === 'prepare' ? 409 : 503));
    const { id } = await client.begin(urls('no', 'silent'));
    const began = performance.now();
    expect(await client.wait(id, { withinMs: 10_000 })).toMatchObject({
      status: 'rolledback',
      state: 'rollingBack',
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    world.participants.on('silent', () => undefined);
    expect(await client.wait(id, { until: 'end' })).toMatchObject({
      status: 'rolledback',
      state: 'rolledback',
    });
  });

  it('gives up with the document as it was last seen', async () => {
    world.participants.on('held', ({ phase }) => (phase === 'commit' ? 503 : undefined));
    const { id } = await client.begin(urls('held'));
    await expect(client.wait(id, { withinMs: 1_500 })).rejects.toMatchObject({
      name: 'StillPending',
      document: { id, status: 'pending', state: 'committing' },
    });
    expect(await client.retry(id)).toMatchObject({ id }); // while it is refused: it could end before it is asked for
    world.participants.on('held', () => undefined);
    expect(await client.wait(id)).toMatchObject({ status: 'committed' });
  });

  it('goes on over a connection that is cut, and over a coordinator that is out of reach for a while', async () => {
    let isHeld = true;
    world.participants.on('slow', ({ phase }) => (phase === 'commit' && isHeld ? 503 : undefined));
    const { id } = await client.begin(urls('slow'));
    const waiting = client.wait(id);
    await new Promise(resolve => setTimeout(resolve, 300));
    await proxy.refuse();
    isHeld = false;
    await world.dtc.until(id, d => d.endedAt !== undefined);
    proxy.mend();
    expect(await waiting).toMatchObject({ status: 'committed' });
  });
});

describe('watch', () => {
  it('tells of each change until the end, without a repeat over connections that are cut', async () => {
    let isHeld = true;
    world.participants.on('watched', ({ phase }) => (phase === 'commit' && isHeld ? 503 : undefined));
    const { id } = await client.begin(urls('watched'));
    const told: string[] = [];
    const watching = (async () => {
      for await (const { state, needsAttention } of client.watch(id)) told.push(`${state} ${needsAttention}`);
    })();
    await eventually(() => told.at(-1) === 'committing true');
    for (let cuts = 0; cuts < 3; cuts += 1) {
      proxy.cut();
      proxy.mend();
      await new Promise(resolve => setTimeout(resolve, 250));
    }
    isHeld = false;
    await watching;
    expect(told.filter((each, nth) => told.indexOf(each) !== nth)).toEqual([]);
    expect(told.at(-1)).toBe('committed false');
    const after: string[] = [];
    for await (const { state } of client.watch(id)) after.push(state);
    expect(after).toEqual(['committed']);
  });

  it('ends with the reason of whoever aborts it, and leaves no connection behind', async () => {
    world.participants.on('left', ({ phase }) => (phase === 'commit' ? 503 : undefined));
    const { id } = await client.begin(urls('left'));
    const leaving = new AbortController();
    const reason = new Error('seen enough');
    const watching = (async () => {
      for await (const { state } of client.watch(id, { signal: leaving.signal }))
        if (state === 'committing') leaving.abort(reason);
    })();
    await expect(watching).rejects.toBe(reason);
    world.participants.on('left', () => undefined);
    await client.wait(id);
  });

  it('is refused like a read where there is no such transaction', async () => {
    await expect(client.watch(`${world.dtc.tag}t0`).next()).rejects.toMatchObject({ name: 'NotFound' });
  });
});

it('lists and counts by filters, page by page', async () => {
  const labels = { run: randomUUID() };
  const begun = await Promise.all([1, 2, 3].map(() => client.begin({ participants: urls('a'), labels })));
  const ids = begun.map(({ id }) => id).sort();
  const listed = client.list({ labels, since: new Date(Date.now() - 60_000) }, { limit: 2 });
  const all = async (): Promise<string[]> => {
    const seen = new Set<string>();
    for await (const { id } of listed) seen.add(id);
    return [...seen].sort();
  };
  await eventually(async () => (await all()).length === 3);
  expect(await all()).toEqual(ids);
  const first = await listed.page();
  expect(first.entries).toHaveLength(2);
  expect((await listed.page(first.next)).entries.length).toBeGreaterThanOrEqual(1);
  expect(await client.count({ labels })).toEqual({ count: 3 });
  await expect(client.count({ status: 'open' as 'pending' })).rejects.toMatchObject({
    name: 'InvalidRequest',
    errors: [{ query: 'status' }],
  });
});

it('aborts, and says why it cannot any more', async () => {
  world.participants.on('thinks', ({ phase }) => (phase === 'prepare' ? () => undefined : undefined));
  const { id } = await client.begin({ participants: urls('thinks'), timeoutMs: 3_000 });
  expect(await client.abort(id, { reason: 'changed my mind' })).toMatchObject({ decision: 'rollback' });
  const { id: done } = await client.begin(urls('a'));
  await client.wait(done);
  await expect(client.abort(done)).rejects.toMatchObject({
    name: 'Conflict',
    type: '/problems/action-conflict',
  });
});

it('settles a participant, alone and with all that wait for its host', async () => {
  const elsewhere = await startParticipants();
  elsewhere.on('gone', ({ phase }) => (phase === 'commit' ? 503 : undefined));
  const begin = (): Promise<TransactionDocument> => client.begin([elsewhere.url('gone')]);
  const [one, other] = await Promise.all([begin(), begin()]);
  await world.dtc.until(one.id, d => d.needsAttention, 20_000);
  const settled = { participant: 'p1', outcome: 'committed', reason: 'seen in its books' } as const;
  expect(await client.resolve(one.id, settled)).toMatchObject({ status: 'committed' });
  const { host } = new URL(elsewhere.origin);
  await eventually(async () => (await client.participants()).participants.some(each => each.host === host));
  expect(await client.retryMany({ participant: host, dryRun: true })).toMatchObject({
    dryRun: true,
    acted: 0,
  });
  const all = { ...settled, participant: host };
  expect(await client.resolveMany(all)).toMatchObject({ matched: 1, acted: 1, failed: [] });
  expect(await client.wait(other.id)).toMatchObject({ status: 'committed' });
  await elsewhere.close();
});

it('takes, renews, reads and releases a lock', async () => {
  const { locks } = client;
  const resource = `accounts/${randomUUID()}`;
  const asked = { resource, holder: 'nightly', ttlMs: 60_000 };
  const lease = await locks.acquire(asked);
  expect(lease).toMatchObject({ resource, holder: 'nightly', mode: 'exclusive' });
  expect((await locks.acquire(asked)).fencingToken).toBe(lease.fencingToken);
  expect((await locks.read(resource)).holders).toMatchObject([{ holder: 'nightly', kind: 'lease' }]);
  const other = { ...asked, holder: 'other', waitMs: 200 };
  await expect(locks.acquire(other)).rejects.toMatchObject({
    name: 'LockTimeout',
    heldBy: ['nightly'],
    ahead: 0,
  });
  await eventually(async () => {
    for await (const each of locks.list()) if (each.resource === resource) return true;
    return false;
  });
  await locks.release(resource, 'nightly');
  await expect(locks.release(resource, 'nightly')).rejects.toMatchObject({ type: '/problems/not-held' });
});

it('reads what the last sweep found', async () => {
  expect(await client.orphans()).toMatchObject({
    findings: expect.any(Array) as unknown,
    actions: expect.any(Array) as unknown,
  });
});
