/** Owns the kinds of transaction with locks that are replayed, and the life of a lock beside them. */
import { randomUUID } from 'node:crypto';
import { lockWorkflowId } from '../../workflows/lock/messages';
import { lease, lockNow, unlock } from '../locks/support';
import { startCoordinator } from '../support/coordinator';
import { countedCompletions, startGrpcProxy } from '../support/grpcProxy';
import { hang } from '../support/participants';
import { eventually } from '../support/until';
import { patientBundle } from './bundles';
import { type Scenario } from './scenarios';
import { type Stage, stageLimits, withinTask } from './stage';

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
  ...inFirstTask(),
};

/** Locks are acquired, and votes asked for, within the first task, and released within the last (input version 7). The scenarios above were recorded before there was that. */
function inFirstTask(): Record<string, Scenario> {
  const rest = ['acquire locks #1', 'prepare round', 'release locks'];
  return {
    'first task with two locks and all votes in it': {
      play: s =>
        withinTask(
          s,
          async () => ended(s, await s.run(['a', 'b'], { locks: [lock('ft-a'), lock('ft-b')] })),
          rest,
        ),
      ends: { status: 'committed', locks: [{ state: 'released' }, { state: 'released' }] },
    },
    'first task with a lock and a no': {
      play: s => {
        s.on('no', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
        return withinTask(
          s,
          async () => ended(s, await s.run(['a', 'no'], { locks: [lock('ft-no')] })),
          rest,
        );
      },
      ends: { status: 'rolledback', reason: { code: 'refused' } },
    },
    'first task with a lock that has to be waited for': {
      play: async s => {
        const { resource } = lock('ft-waits');
        const id = await waiting(s, resource);
        await unlock(s.dtc, resource, 'somebody');
        return ended(s, id);
      },
      ends: { status: 'committed' },
    },
    'first task with a lock lost': {
      play: async s => {
        const completions = countedCompletions();
        const proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', completions);
        const dtc = await startCoordinator({ temporalAddress: proxy.address, limits: stageLimits });
        s.on('no', r => (r.phase === 'prepare' && r.nth > 1 ? 409 : undefined));
        const once = async (): Promise<string> => {
          completions.lose(2); // that of the lock is the first
          const participants = [s.url('a'), s.url('no')];
          const { id } = await dtc.start({ participants, locks: [lock(`ft-lost-${randomUUID()}`)] });
          return ended({ ...s, dtc }, id);
        };
        try {
          await dtc.stopWorker();
          await dtc.startWorker(patientBundle());
          await ended({ ...s, dtc }, (await dtc.start([s.url('a')])).id); // the first one of a process takes long
          return await firstTaskLost({ ...s, dtc }, once);
        } finally {
          await dtc.close();
          await proxy.close();
        }
      },
      ends: { status: 'rolledback', reason: { code: 'refused' } },
    },
    'half: first task over, a lock is awaited': {
      play: s => waiting(s, lock('ft-half').resource),
      ends: { status: 'rolledback' },
      half: true,
    },
  };
}

/** On a busy machine it may be another task. */
async function firstTaskLost({ dtc }: Stage, play: () => Promise<string>): Promise<string> {
  for (let tries = 0; tries < 10; tries += 1) {
    const id = await play();
    const { events } = await dtc.client.workflow.getHandle(id).fetchHistory();
    if (events?.[3]?.workflowTaskTimedOutEventAttributes != null) return id;
  }
  throw new Error('not once was it the first task that was lost');
}
