/** Owns what locks on their own do, over `/locks`: leased, renewed, waited for in turn, fenced, released and expired. */
import { signal, temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import {
  exclusive,
  expectEachInTurn,
  lease,
  lockNow,
  namesNow,
  newResource,
  postLock,
  unlock,
} from './support';

interface Refused {
  readonly status: number;
  readonly type: string;
  readonly heldBy: readonly string[];
  readonly ahead: number;
}

const ttlMs = 60_000;

/** @param maxCachedWorkflows 0: every step replays */
export function testLocksOnTheirOwn(maxCachedWorkflows?: number): void {
  const world = useWorld(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows });
  const workflowOf = (resource: string): string => `lock:${resource}`;

  async function refused(resource: string, more: object): Promise<Refused> {
    const response = await postLock(world.dtc, { resource, ttlMs, ...more });
    return { ...((await response.json()) as Refused), status: response.status };
  }

  /** Resolves once it waits at that position; `granted` is its answer. */
  async function waiting(
    resource: string,
    more: Readonly<Record<string, unknown>> & { readonly holder: string },
  ): Promise<{ readonly granted: ReturnType<typeof lease> }> {
    const granted = lease(world.dtc, resource, { waitMs: 30_000, ...more });
    granted.catch(() => undefined);
    await eventually(async () => (await namesNow(world.dtc, resource)).waiters.includes(more.holder));
    return { granted };
  }

  async function expectNames(resource: string, holders: string[], waiters: string[]): Promise<void> {
    expect(await namesNow(world.dtc, resource)).toEqual({ holders, waiters });
  }

  it('grants a free lock at once, for as long as was asked', async () => {
    const resource = newResource();
    const before = Date.now();
    const { fencingToken, expiresAt, ...rest } = await lease(world.dtc, resource, { holder: 'a', ttlMs });
    expect(rest).toEqual({ resource, mode: 'exclusive', holder: 'a' });
    expect(Number.isSafeInteger(fencingToken)).toBe(true);
    expect(fencingToken).toBeGreaterThanOrEqual(before * 1000 - 1_000_000);
    expect(Date.parse(expiresAt) - before).toBeGreaterThan(ttlMs - 1000);
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + ttlMs + 1000);
    expect(await lockNow(world.dtc, resource)).toMatchObject({
      ...{ resource, lastFencingToken: fencingToken, waiters: [] },
      holders: [{ holder: 'a', kind: 'lease', mode: 'exclusive', fencingToken, expiresAt }],
    });
  });

  it('renews for its holder: the same token, a later end, by the new ttl', async () => {
    const resource = newResource();
    const first = await lease(world.dtc, resource, { holder: 'a', ttlMs: 10_000 });
    const second = await lease(world.dtc, resource, { holder: 'a', ttlMs: 50_000 });
    expect(second.fencingToken).toBe(first.fencingToken);
    expect(Date.parse(second.expiresAt) - Date.parse(first.expiresAt)).toBeGreaterThanOrEqual(40_000);
    await expectNames(resource, ['a'], []);
  });

  it('turns a second holder away once it has waited, and keeps no place for it', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a' });
    const began = Date.now();
    const answer = await refused(resource, { holder: 'b', waitMs: 700 });
    const tookMs = Date.now() - began;
    expect(answer).toMatchObject({ status: 408, type: '/problems/lock-timeout', heldBy: ['a'], ahead: 0 });
    expect(tookMs).toBeGreaterThanOrEqual(700);
    expect(tookMs).toBeLessThan(30_000); // and not for as long as one may
    await expectNames(resource, ['a'], []);
  });

  it('turns it away at once where it does not want to wait', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a' });
    expect(await refused(resource, { holder: 'b' })).toMatchObject({ status: 408, heldBy: ['a'] });
    await eventually(async () => (await namesNow(world.dtc, resource)).waiters.length === 0);
  });

  it('grants three in the order in which they came, each when the one before releases', async () => {
    const resource = newResource();
    const a = await lease(world.dtc, resource, { holder: 'a' });
    const b = await waiting(resource, { holder: 'b' });
    const c = await waiting(resource, { holder: 'c' });
    await expectNames(resource, ['a'], ['b', 'c']);
    expect((await unlock(world.dtc, resource, 'a')).status).toBe(204);
    const second = await b.granted;
    await expectNames(resource, ['b'], ['c']);
    expect((await unlock(world.dtc, resource, 'b')).status).toBe(204);
    const third = await c.granted;
    expect(second.fencingToken).toBeGreaterThan(a.fencingToken);
    expect(third.fencingToken).toBeGreaterThan(second.fencingToken);
    expect(await refused(resource, { holder: 'd' })).toMatchObject({ heldBy: ['c'] });
  });

  it('lets shared ones in together, but none that came after a waiting exclusive one', async () => {
    const resource = newResource();
    const mode = 'shared';
    await lease(world.dtc, resource, { holder: 'r1', mode });
    await lease(world.dtc, resource, { holder: 'r2', mode });
    const writer = await waiting(resource, { holder: 'w' });
    const reader = await waiting(resource, { holder: 'r3', mode });
    await expectNames(resource, ['r1', 'r2'], ['w', 'r3']);
    await unlock(world.dtc, resource, 'r1');
    await expectNames(resource, ['r2'], ['w', 'r3']);
    await unlock(world.dtc, resource, 'r2');
    const { fencingToken } = await writer.granted;
    await expectNames(resource, ['w'], ['r3']);
    await unlock(world.dtc, resource, 'w');
    expect((await reader.granted).fencingToken).toBeGreaterThan(fencingToken);
  });

  it('refuses its holder the other mode, and leaves it what it has', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a', mode: 'shared' });
    const answer = await refused(resource, { holder: 'a', mode: 'exclusive', waitMs: 30_000 });
    expect(answer).toMatchObject({ status: 409, type: '/problems/lock-conflict', heldBy: ['a'] });
    expect((await lockNow(world.dtc, resource)).holders).toMatchObject([{ holder: 'a', mode: 'shared' }]);
  });

  it('gives the lock to the next when a lease ends, with a greater token', async () => {
    const resource = newResource();
    const a = await lease(world.dtc, resource, { holder: 'a', ttlMs: 500 });
    const b = await lease(world.dtc, resource, { holder: 'b', waitMs: 20_000 });
    expect(Date.parse(a.expiresAt)).toBeLessThanOrEqual(Date.now() + 1000);
    expect(b.fencingToken).toBeGreaterThan(a.fencingToken);
    expect((await unlock(world.dtc, resource, 'a')).status).toBe(404);
    await expectNames(resource, ['b'], []);
    const again = await refused(resource, { holder: 'a' });
    expect(again).toMatchObject({ status: 408, heldBy: ['b'] });
  });

  it('is taken anew by one that has released, with a greater token', async () => {
    const resource = newResource();
    const first = await lease(world.dtc, resource, { holder: 'a' });
    expect((await unlock(world.dtc, resource, 'a')).status).toBe(204);
    expect((await unlock(world.dtc, resource, 'a')).status).toBe(404);
    const second = await lease(world.dtc, resource, { holder: 'a' });
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
  });

  it('keeps the place of one that went away and asks again', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a' });
    const leaving = new AbortController();
    const call = fetch(`${world.dtc.url}/locks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resource, ttlMs, holder: 'b', waitMs: 30_000 }),
      signal: leaving.signal,
    });
    await eventually(async () => (await namesNow(world.dtc, resource)).waiters.includes('b'));
    await waiting(resource, { holder: 'c' });
    leaving.abort();
    await expect(call).rejects.toThrow();
    const again = lease(world.dtc, resource, { holder: 'b', waitMs: 30_000 });
    await expectNames(resource, ['a'], ['b', 'c']);
    expect((await unlock(world.dtc, resource, 'a')).status).toBe(204);
    expect(await again).toMatchObject({ holder: 'b' });
    await expectNames(resource, ['b'], ['c']);
  });

  it('ends the wait of one that is released while it waits', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a' });
    const answer = refused(resource, { holder: 'b', waitMs: 30_000 });
    await eventually(async () => (await namesNow(world.dtc, resource)).waiters.includes('b'));
    expect((await unlock(world.dtc, resource, 'b')).status).toBe(204);
    expect(await answer).toMatchObject({ status: 409, type: '/problems/lock-conflict' });
    await expectNames(resource, ['a'], []);
  });

  it('ends a wait, in time, for a lock whose workflow was terminated, and grants it anew', async () => {
    const resource = newResource();
    const { fencingToken } = await lease(world.dtc, resource, { holder: 'a' });
    const answer = refused(resource, { holder: 'b', waitMs: 5000 });
    await eventually(async () => (await namesNow(world.dtc, resource)).waiters.includes('b'));
    await temporalWorkflow('terminate', workflowOf(resource));
    expect((await answer).status).toBeLessThan(500);
    const { fencingToken: next } = await lease(world.dtc, resource, { holder: 'b', waitMs: 1000 });
    expect(next).toBeGreaterThan(fencingToken);
  });

  it('keeps transactions and leases in one queue, in the order in which they came', async () => {
    const { dtc, participants } = world;
    const resource = newResource();
    await lease(dtc, resource, { holder: 'a' });
    const start = {
      participants: [participants.url('one')],
      locks: [exclusive(resource)],
      lockTimeoutMs: 40_000,
    };
    const started = async (): Promise<string> => {
      const { id } = await dtc.start(start);
      await eventually(async () => (await namesNow(dtc, resource)).waiters.includes(id));
      return id;
    };
    const first = await started();
    const between = await waiting(resource, { holder: 'b' });
    const last = await started();
    await expectNames(resource, ['a'], [first, 'b', last]);
    await unlock(dtc, resource, 'a');
    const { fencingToken } = await between.granted;
    const one = await dtc.until(first, ({ endedAt }) => endedAt !== undefined);
    expect(one.locks?.[0]?.fencingToken).toBeLessThan(fencingToken);
    expect((await dtc.get(last)).state).toBe('acquiringLocks');
    await unlock(dtc, resource, 'b');
    const two = await dtc.until(last, ({ endedAt }) => endedAt !== undefined);
    expect(two).toMatchObject({ status: 'committed' });
    expect(two.locks?.[0]?.fencingToken).toBeGreaterThan(fencingToken);
  });

  it('does not take a lock from a transaction that runs', async () => {
    const { dtc, participants } = world;
    const resource = newResource();
    let go = (): void => undefined;
    participants.on('slow', ({ phase }) =>
      phase === 'prepare' ? response => void (go = () => response.end()) : undefined,
    );
    const { id } = await dtc.start({
      participants: [{ url: participants.url('slow'), timeoutMs: 30_000 }],
      locks: [exclusive(resource)],
    });
    await eventually(() => participants.requests(id).length > 0);
    const answer = await unlock(dtc, resource, id);
    expect([answer.status, await answer.json()]).toMatchObject([409, { type: '/problems/lock-conflict' }]);
    expect((await unlock(dtc, resource, 'somebody')).status).toBe(404);
    await expectNames(resource, [id], []);
    go();
    expect(await dtc.until(id, ({ endedAt }) => endedAt !== undefined)).toMatchObject({
      status: 'committed',
    });
    await eventually(async () => (await lockNow(dtc, resource)).holders.length === 0);
  });

  it('is listed with its holder and those that wait, in order, until nobody uses it', async () => {
    const resource = newResource();
    const { fencingToken } = await lease(world.dtc, resource, { holder: 'a' });
    await waiting(resource, { holder: 'b' });
    await waiting(resource, { holder: 'c', mode: 'shared' });
    const listed = async (): Promise<object | undefined> =>
      (await allLocks()).find(each => each.resource === resource);
    await eventually(async () => (await listed()) !== undefined);
    expect(await listed()).toMatchObject({
      holders: [{ holder: 'a', kind: 'lease', fencingToken, forMs: expect.any(Number) as number }],
      waiters: [
        { position: 1, holder: 'b', mode: 'exclusive' },
        { position: 2, holder: 'c', mode: 'shared' },
      ],
    });
    for (const holder of ['b', 'c', 'a']) await unlock(world.dtc, resource, holder);
    expect(await listed()).toBeUndefined();
  });

  async function allLocks(): Promise<{ resource: string }[]> {
    const all: { resource: string }[] = [];
    for (let cursor = ''; ;) {
      const response = await fetch(`${world.dtc.url}/locks?limit=200${cursor && `&cursor=${cursor}`}`);
      const page = (await response.json()) as { locks: { resource: string }[]; next?: string };
      all.push(...page.locks);
      if (page.next === undefined) return all;
      cursor = page.next;
    }
  }

  it('is released from the command line, and what makes no sense changes nothing', async () => {
    const resource = newResource();
    await lease(world.dtc, resource, { holder: 'a' });
    const { granted } = await waiting(resource, { holder: 'b' });
    const id = workflowOf(resource);
    await signal(id, 'release');
    await signal(id, 'release', 'a');
    await signal(id, 'release', { holder: 7 });
    await signal(id, 'release', ['a']);
    await signal(id, 'release', { holder: 'nobody' });
    await signal(id, 'unlock', { holder: 'a' });
    await temporalWorkflow(
      'signal',
      id,
      ...['--name', 'release', '--input', 'x', '--input-meta', 'encoding=a/b'],
    );
    const handle = world.dtc.client.workflow.getHandle(id);
    for (const nonsense of [
      undefined,
      'a',
      { holder: 'c' },
      { holder: 'c', mode: 'exclusive', sentAt: 1, waitMs: 1 },
    ])
      await expect(handle.executeUpdate('acquire', { args: [nonsense] })).rejects.toThrow(
        'Workflow Update failed',
      );
    await expectNames(resource, ['a'], ['b']);
    await signal(id, 'release', { holder: 'a' });
    expect(await granted).toMatchObject({ holder: 'b' });
    await expectNames(resource, ['b'], []);
  });

  it('is had by one of eight that ask at once, and by each in turn', () => expectEachInTurn(world.dtc, 8));

  it('is had at once on each of fifty resources', async () => {
    const all = Array.from({ length: 50 }, () => newResource());
    const leases = await Promise.all(all.map(resource => lease(world.dtc, resource, { holder: 'a' })));
    expect(leases.map(each => each.resource)).toEqual(all);
  });
}
