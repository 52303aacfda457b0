/**
 * I12 where something goes wrong between a transaction and its locks: it is terminated in Temporal and taken up again, forced
 * by an operator, left without a worker, or its lock is not told that it has ended. Nobody else is let in before `endedAt`.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { acquireUpdate, lockWorkflowId, releaseSignal } from '../../workflows/lock/messages';
import { quick } from '../support/quick';
import { hang } from '../support/participants';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { exclusive, lease, lockNow, newResource, unlock } from './support';

const world = useWorld({ limits: quick, own: true });
const hasEnded = (d: TransactionDocument): boolean => d.endedAt !== undefined;
const patient = { timeoutMs: 40_000, lockTimeoutMs: 40_000 };

/** One that holds the lock and is committed, but for a participant that is down until `mend()`. */
interface Stuck {
  readonly id: string;
  readonly resource: string;
  readonly mend: () => void;
}

let count = 0;

async function stuckInCommit(locks = true): Promise<Stuck> {
  const { dtc, participants } = world;
  const [name, resource] = [`stuck${(count += 1)}`, newResource()];
  let down = true;
  participants.on(name, ({ phase }) => (phase === 'commit' && down ? 503 : undefined));
  const { id } = await dtc.start({
    participants: [participants.url(name)],
    ...(locks ? { locks: [exclusive(resource)] } : {}),
  });
  await dtc.until(id, ({ state }) => state === 'committing');
  const mend = (): void => {
    down = false;
  };
  return { id, resource, mend };
}

/** Starts another transaction; resolves when it waits for the lock. */
async function waitFor(resource: string): Promise<string> {
  const { dtc, participants } = world;
  const participant = participants.url('waits');
  const { id } = await dtc.start({ participants: [participant], locks: [exclusive(resource)], ...patient });
  await dtc.until(id, ({ locks }) => locks?.[0]?.state === 'waiting');
  return id;
}

async function terminate(id: string): Promise<void> {
  await world.dtc.client.workflow.getHandle(id).terminate('a slip');
  await world.dtc.until(id, ({ state }) => state === 'interrupted');
}

/** It is let in, and not before the other has ended. */
async function expectToFollow(waiter: string, before: TransactionDocument): Promise<void> {
  const { dtc, participants } = world;
  expect(await dtc.until(waiter, hasEnded)).toMatchObject({ status: 'committed' });
  const [first] = participants.requests(waiter);
  expect(first?.at).toBeGreaterThanOrEqual(Date.parse(before.endedAt ?? ''));
}

const holdersOf = async (resource: string): Promise<string[]> =>
  (await lockNow(world.dtc, resource)).holders.map(({ holder }) => holder);

describe('a lock looks at the transaction that has held it for a while, and', () => {
  const scene: { interrupted?: Stuck; waiter?: string; ended?: Stuck } = {};

  /** It looks fifteen seconds after the grant: both wait for that at once. */
  beforeAll(async () => {
    scene.interrupted = await stuckInCommit();
    scene.waiter = await waitFor(scene.interrupted.resource);
    await terminate(scene.interrupted.id);
    scene.ended = await endsWithoutTelling();
  });

  /** It holds a lock that it knows nothing of, so it will not release it. */
  async function endsWithoutTelling(): Promise<Stuck> {
    const { dtc } = world;
    const stuck = await stuckInCommit(false);
    const { id: holder, resource } = stuck;
    await lease(dtc, resource, { holder: 'before' });
    const sent = { holder, mode: 'exclusive', claim: { kind: 'transaction' }, sentAt: Date.now() } as const;
    await dtc.client.workflow
      .getHandle(lockWorkflowId(resource))
      .executeUpdate(acquireUpdate, { args: [{ ...sent, waitMs: 10_000 }] });
    await unlock(dtc, resource, 'before');
    await eventually(async () => (await holdersOf(resource)).includes(holder));
    stuck.mend();
    await dtc.until(holder, hasEnded);
    return stuck;
  }

  it('keeps what an interrupted one holds, says so, and gives it on when that is recovered and has ended', async () => {
    const { dtc, participants } = world;
    const { interrupted: stuck, waiter = '' } = scene;
    if (stuck === undefined) throw new Error('not begun');
    const { id, resource, mend } = stuck;
    const seen = async (): Promise<unknown> => (await lockNow(dtc, resource)).holders[0]?.transaction;
    await eventually(async () => (await seen()) === 'interrupted');
    expect(await lockNow(dtc, resource)).toMatchObject({
      holders: [{ holder: id }],
      waiters: [{ holder: waiter, position: 1 }],
    });
    mend();
    expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
    const done = await dtc.until(id, hasEnded);
    expect(done).toMatchObject({ status: 'committed', recoveries: [{ why: 'terminated' }] });
    await expectToFollow(waiter, done);
    const tokens = participants.requests(id).map(({ body }) => JSON.stringify(body['locks']));
    expect(new Set(tokens).size).toBe(1);
    await eventually(async () => (await holdersOf(resource)).length === 0);
  });

  it('takes back what one that has ended did not release', async () => {
    const { ended } = scene;
    await eventually(async () => (await holdersOf(ended?.resource ?? '')).length === 0);
  });
});

it('goes on without one that was terminated while it waited, and recovery rolls that back with nobody asked', async () => {
  const { dtc, participants } = world;
  const resource = newResource();
  await lease(dtc, resource, { holder: 'me' });
  const first = await waitFor(resource);
  const second = await waitFor(resource);
  await terminate(first);
  expect((await unlock(dtc, resource, 'me')).status).toBe(204);
  expect(await dtc.until(second, hasEnded)).toMatchObject({ status: 'committed' });
  expect(await dtc.recover(first)).toMatchObject({ is: 'recovered' });
  expect(await dtc.until(first, hasEnded)).toMatchObject({
    status: 'rolledback',
    reason: { code: 'aborted', detail: 'by recovery: the run was terminated while acquiring locks' },
    locks: [{ state: 'notHeld' }],
  });
  expect(participants.requests(first)).toEqual([]);
  await eventually(async () => {
    const { holders, waiters } = await lockNow(dtc, resource);
    return holders.length + waiters.length === 0;
  });
});

it('lets an operator release what an interrupted transaction holds, and not what one holds that runs', async () => {
  const { dtc } = world;
  const { id, resource, mend } = await stuckInCommit();
  const waiter = await waitFor(resource);
  const refused = await unlock(dtc, resource, id);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ type: expect.stringContaining('lock-conflict') as unknown });
  await terminate(id);
  expect(await holdersOf(resource)).toEqual([id]);
  expect((await unlock(dtc, resource, id)).status).toBe(204);
  expect(await dtc.until(waiter, hasEnded)).toMatchObject({ status: 'committed' });
  mend();
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  expect(await dtc.until(id, hasEnded)).toMatchObject({ status: 'committed' });
  await eventually(async () => (await holdersOf(resource)).length === 0);
});

it('loses nothing of a release that comes while no worker runs', async () => {
  const { dtc } = world;
  const resource = newResource();
  await lease(dtc, resource, { holder: 'me' });
  const waiter = await waitFor(resource);
  await dtc.stopWorker();
  await dtc.client.workflow.getHandle(lockWorkflowId(resource)).signal(releaseSignal, { holder: 'me' });
  await dtc.startWorker();
  expect(await dtc.until(waiter, hasEnded)).toMatchObject({ status: 'committed' });
  await eventually(async () => (await holdersOf(resource)).length === 0);
});

it('keeps the lock of a transaction that an operator forces, until it has ended', async () => {
  const { dtc } = world;
  const { id, resource } = await stuckInCommit();
  const waiter = await waitFor(resource);
  const [{ name } = { name: '' }] = (await dtc.get(id)).participants;
  const forced = { participant: name, outcome: 'committed', reason: 'looked' };
  expect((await dtc.act(id, 'resolve', forced)).status).toBe(200);
  const done = await dtc.until(id, hasEnded);
  expect(done.participants).toMatchObject([{ state: 'forced' }]);
  await expectToFollow(waiter, done);
});

it('keeps the lock of a transaction that was rolled back, until its last late rollback', async () => {
  const { dtc, participants } = world;
  const resource = newResource();
  participants.on('mute', ({ phase, nth }) => (phase === 'prepare' && nth === 1 ? hang : undefined));
  const { id } = await dtc.start({ participants: [participants.url('mute')], locks: [exclusive(resource)] });
  await eventually(() => participants.requests(id, 'mute', 'prepare').length > 0);
  const waiter = await waitFor(resource);
  await dtc.act(id, 'abort');
  await eventually(() => participants.requests(id, 'mute', 'rollback').length > 0);
  expect(await dtc.get(id)).toMatchObject({ decision: 'rollback' });
  expect(await holdersOf(resource)).toEqual([id]);
  const done = await dtc.until(id, hasEnded);
  expect(participants.requests(id, 'mute', 'rollback').length).toBeGreaterThan(1);
  expect(Date.parse(done.endedAt ?? '')).toBeGreaterThan(Date.parse(done.decideBy));
  await expectToFollow(waiter, done);
});
