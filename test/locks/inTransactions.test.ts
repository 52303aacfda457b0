/** The locks of a transaction are held from before its first prepare until it has ended (I12). */
import { acquireUpdate, lockWorkflowId } from '../../workflows/lock/messages';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { exclusive, lease, lockNow, newResource, unlock } from './support';

describe.each([undefined, 0])('with maxCachedWorkflows %s', maxCachedWorkflows => {
  const world = useWorld(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows });

  it('acquires them before the first prepare, tells every participant, and gives them back', async () => {
    const { dtc, participants } = world;
    const [a, b] = [newResource('a'), newResource('b')];
    const held: unknown[] = [];
    participants.on('looks', ({ transactionId }) => {
      void lockNow(dtc, a).then(({ holders }) => held.push([transactionId, holders[0]?.holder]));
      return undefined;
    });
    const locks = [
      { resource: b, mode: 'shared' },
      { resource: a, mode: 'exclusive' },
    ];
    const done = await dtc.run({
      participants: ['looks', 'other'].map(name => participants.url(name)),
      locks,
    });
    const { id } = done;
    expect(done).toMatchObject({ status: 'committed' });
    const over = await dtc.until(
      id,
      ({ locks: all }) => all?.every(({ state }) => state === 'released') ?? false,
    );
    expect(over.locks).toMatchObject([
      { resource: a, mode: 'exclusive', state: 'released' },
      { resource: b, mode: 'shared', state: 'released' },
    ]);
    const tokens = over.locks?.map(({ resource, mode, fencingToken }) => ({ resource, mode, fencingToken }));
    expect(tokens?.every(({ fencingToken }) => Number.isSafeInteger(fencingToken))).toBe(true);
    const bodies = participants.requests(id).map(({ body }) => body['locks']);
    expect(bodies).toEqual([tokens, tokens, tokens, tokens]);
    await eventually(() => held.length > 0);
    expect(held[0]).toEqual([id, id]);
    await eventually(async () => (await lockNow(dtc, a)).holders.length === 0);
    expect((await lockNow(dtc, b)).holders).toEqual([]);
  });

  it('gives nothing to an acquire that comes when its transaction has ended: it remembers that, or looks', async () => {
    const { dtc, participants } = world;
    const [used, other] = [newResource(), newResource()];
    const { id } = await dtc.run({ participants: [participants.url('one')], locks: [exclusive(used)] });
    await eventually(async () => (await lockNow(dtc, used)).holders.length === 0);
    const late = async (resource: string, ranAt: number): Promise<unknown> => {
      const claim = { kind: 'transaction' } as const;
      const message = {
        holder: id,
        mode: 'exclusive',
        claim,
        sentAt: Date.now(),
        ranAt,
        waitMs: 5000,
      } as const;
      const handle = dtc.client.workflow.getHandle(lockWorkflowId(resource));
      return handle.executeUpdate(acquireUpdate, { args: [message] });
    };
    expect(await late(used, Date.now())).toMatchObject({ is: 'refused', why: 'late' });
    await lease(dtc, other, { holder: 'me' });
    await unlock(dtc, other, 'me');
    expect(await late(other, Date.now() - 20_000)).toMatchObject({ is: 'refused', why: 'late' });
    expect((await lockNow(dtc, other)).holders).toEqual([]);
  });

  it('waits in turn, says for whom, and goes on when the lock is released', async () => {
    const { dtc, participants } = world;
    const resource = newResource();
    const { fencingToken } = await lease(dtc, resource, { holder: 'me' });
    const { id } = await dtc.start({ participants: [participants.url('one')], locks: [exclusive(resource)] });
    const waiting = await dtc.until(id, ({ locks }) => locks?.[0]?.state === 'waiting');
    expect(waiting).toMatchObject({
      status: 'pending',
      state: 'acquiringLocks',
      decision: null,
      locks: [{ resource, state: 'waiting', heldBy: ['me'], ahead: 0 }],
      participants: [{ state: 'waiting', attempts: 0 }],
    });
    expect(await lockNow(dtc, resource)).toMatchObject({
      holders: [{ holder: 'me', kind: 'lease', fencingToken }],
      waiters: [{ position: 1, holder: id, kind: 'transaction', mode: 'exclusive' }],
    });
    expect(participants.requests(id)).toEqual([]);
    expect((await unlock(dtc, resource, 'me')).status).toBe(204);
    const done = await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
    expect(done).toMatchObject({ status: 'committed' });
    expect(done.locks?.[0]?.fencingToken).toBeGreaterThan(fencingToken);
    await eventually(async () => (await lockNow(dtc, resource)).holders.length === 0);
  });

  it('rolls back with lockTimeout where a lock does not come free, and holds nothing', async () => {
    const { dtc, participants } = world;
    const [free, taken] = [newResource('a'), newResource('b')];
    await lease(dtc, taken, { holder: 'me' });
    const done = await dtc.run({
      participants: [participants.url('one')],
      locks: [exclusive(taken), exclusive(free)],
      lockTimeoutMs: 1000,
    });
    expect(done).toMatchObject({
      status: 'rolledback',
      decision: 'rollback',
      reason: { code: 'lockTimeout', detail: `"${taken}" was held by me when it was asked` },
      participants: [{ state: 'waiting', attempts: 0 }],
    });
    expect(participants.requests(done.id)).toEqual([]);
    await eventually(async () => (await lockNow(dtc, free)).holders.length === 0);
    await eventually(async () => (await lockNow(dtc, taken)).waiters.length === 0);
  });

  it('is aborted while it waits', async () => {
    const { dtc, participants } = world;
    const resource = newResource();
    await lease(dtc, resource, { holder: 'me' });
    const { id } = await dtc.start({ participants: [participants.url('one')], locks: [exclusive(resource)] });
    await dtc.until(id, ({ locks }) => locks?.[0]?.state === 'waiting');
    expect((await dtc.act(id, 'abort', { reason: 'no more' })).status).toBe(200);
    const done = await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
    expect(done).toMatchObject({ status: 'rolledback', reason: { code: 'aborted' } });
    expect(participants.requests(id)).toEqual([]);
    await eventually(async () => (await lockNow(dtc, resource)).waiters.length === 0);
  });
});
