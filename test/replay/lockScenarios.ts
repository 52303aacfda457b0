/** Owns the kinds of transaction with locks that are replayed, and the life of a lock beside them. */
import { randomUUID } from 'node:crypto';
import { lockWorkflowId } from '../../workflows/lock/messages';
import { lease, lockNow, unlock } from '../locks/support';
import { hang } from '../support/participants';
import { eventually } from '../support/until';
import { type Scenario } from './scenarios';
import { type Stage } from './stage';

const run = randomUUID().slice(0, 8);
const lock = (name: string, mode = 'exclusive'): { resource: string; mode: string } => ({
  resource: `replay/${run}/${name}`,
  mode,
});

/** Up to where it waits for a lock that somebody else holds. */
async function waiting(s: Stage, resource: string, more = {}): Promise<string> {
  await lease(s.dtc, resource, { holder: 'somebody' });
  const id = await s.start(['a'], { locks: [{ resource, mode: 'exclusive' }], ...more });
  await s.dtc.until(id, ({ locks }) => locks?.[0]?.state === 'waiting');
  return id;
}

async function ended(s: Stage, id: string): Promise<string> {
  await s.dtc.until(
    id,
    ({ locks, endedAt }) => endedAt !== undefined && !locks?.some(l => l.state === 'held'),
  );
  await s.dtc.client.workflow.getHandle(id).result();
  return id;
}

const waitedFor = lock('life').resource;
const unlooked = lock('unlooked').resource;
const leased = lock('leased').resource;

export const locked: Readonly<Record<string, Scenario>> = {
  'commit with three locks': {
    play: async s =>
      ended(s, await s.run(['a', 'b'], { locks: [lock('b'), lock('a', 'shared'), lock('c')] })),
    ends: {
      status: 'committed',
      locks: [{ state: 'released' }, { state: 'released' }, { state: 'released' }],
    },
  },
  'waits for a lock': {
    play: async s => {
      const { resource } = lock('waits');
      const id = await waiting(s, resource);
      await unlock(s.dtc, resource, 'somebody');
      return ended(s, id);
    },
    ends: { status: 'committed' },
  },
  'waits for a lock and does not tell': {
    play: async s => {
      const { resource } = lock('untold');
      const id = await waiting(s, resource);
      await unlock(s.dtc, resource, 'somebody');
      return ended(s, id);
    },
    ends: { status: 'committed' },
  },
  'lock timeout': {
    play: async s => ended(s, await waiting(s, lock('timeout').resource, { lockTimeoutMs: 1000 })),
    ends: { status: 'rolledback', reason: { code: 'lockTimeout' } },
  },
  'aborted while it waits for a lock': {
    play: async s => {
      const id = await waiting(s, lock('aborted').resource);
      await s.act(id, 'abort', { reason: 'no more' });
      return ended(s, id);
    },
    ends: { status: 'rolledback', reason: { code: 'aborted' } },
  },
  'terminated with a lock': {
    play: async s => {
      s.on('hangs', ({ phase }) => (phase === 'prepare' ? hang : undefined));
      const id = await s.start(['a', 'hangs'], { locks: [lock('terminated')] });
      await s.received(id, 'hangs', 'prepare');
      await s.dtc.client.workflow.getHandle(id).terminate('a slip');
      await s.dtc.recover(id);
      return ended(s, id);
    },
    ends: { status: 'rolledback', locks: [{ state: 'released' }] },
  },
  'a lock from its first use to its end': {
    play: async s => {
      const id = await waiting(s, waitedFor);
      await unlock(s.dtc, waitedFor, 'somebody');
      await ended(s, id);
      await eventually(async () => (await lockNow(s.dtc, waitedFor)).holders.length === 0);
      await s.dtc.client.workflow.getHandle(lockWorkflowId(waitedFor)).result();
      return id;
    },
    ends: { status: 'committed' },
    historyOf: () => lockWorkflowId(waitedFor),
  },
  'a lock that does without looks': {
    play: async s => {
      await ended(s, await s.run(['a'], { locks: [{ resource: unlooked, mode: 'exclusive' }] }));
      const id = await waiting(s, unlooked);
      await unlock(s.dtc, unlooked, 'somebody');
      await ended(s, id);
      await s.dtc.client.workflow.getHandle(lockWorkflowId(unlooked)).result();
      return id;
    },
    ends: { status: 'committed' },
    historyOf: () => lockWorkflowId(unlooked),
  },
  'a lock that leases wait for': {
    play: async s => {
      const { dtc } = s;
      await lease(dtc, leased, { holder: 'first' });
      const second = lease(dtc, leased, { holder: 'second', waitMs: 20_000 });
      await eventually(async () => (await lockNow(dtc, leased)).waiters.length > 0);
      await unlock(dtc, leased, 'first');
      await second;
      await unlock(dtc, leased, 'second');
      await dtc.client.workflow.getHandle(lockWorkflowId(leased)).result();
      return ended(s, await s.run(['a'], {}));
    },
    ends: { status: 'committed' },
    historyOf: () => lockWorkflowId(leased),
  },
};
