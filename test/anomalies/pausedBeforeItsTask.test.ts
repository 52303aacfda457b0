/**
 * PROTOCOL §4, I12: a pause in Temporal (server 1.32.0) that comes while a workflow task waits for a worker writes a history that the SDK
 * (1.24.0) can neither drive nor replay. Nothing is called wrongly, nobody else gets the locks, and what is shown names the way out: a reset
 * to that very event, or, while votes are asked for, the end of its run, after which it is taken up again.
 *
 * These go red once Temporal or its SDK mends that: then docs/OPERATIONS.md ("Spoiled by a pause"), RELIABILITY and PROTOCOL §4 say too much.
 */
import { exclusive, lease, lockNow, newResource, unlock } from '../locks/support';
import { type TestCoordinator } from '../support/coordinator';
import { type Participants } from '../support/participants';
import { type StatefulParticipant, statefulParticipant } from '../support/statefulParticipant';
import { signal, temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { type Pausing, startPausing } from './pausing';

let pausing: Pausing;
let participants: Participants;
let dtc: TestCoordinator;

beforeAll(async () => {
  pausing = await startPausing();
  ({ participants, dtc } = pausing);
}, 60_000);

afterAll(() => pausing.close());

/** `causes` a workflow task while no worker takes any, and pauses before one does. */
async function pausedWithATask(workflowId: string, causes: () => Promise<unknown>): Promise<void> {
  await dtc.stopWorker();
  await causes();
  await temporalWorkflow('pause', workflowId, '--reason', 'a look at it');
  await temporalWorkflow('unpause', workflowId);
  await dtc.startWorker();
}

interface Committing {
  readonly id: string;
  readonly resource: string;
  readonly slow: StatefulParticipant;
  readonly mend: () => void;
}

let count = 0;

/** Committed at one participant; the other does not take it until `mend`. It has been spoiled since. */
async function spoiledInCommit(): Promise<Committing> {
  count += 1;
  let down = true;
  const resource = newResource();
  const prompt = statefulParticipant(participants, `prompt${count}`);
  const slow = statefulParticipant(participants, `slow${count}`, {
    fault: ({ phase }) => (phase === 'commit' && down ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start({ participants: [prompt.url, slow.url], locks: [exclusive(resource)] });
  await dtc.until(id, d => d.needsAttention);
  await pausedWithATask(id, () => signal(id, 'retryNow', { by: 'a test' }));
  const mend = (): void => {
    down = false;
  };
  return { id, resource, slow, mend };
}

/** Types what a text says. */
async function resetAsTold(text: string | undefined, workflowId: string): Promise<void> {
  const [, run = '', event = ''] =
    /temporal workflow reset --workflow-id \S+ --run-id (\S+) --event-id (\d+) --reason /.exec(text ?? '') ??
    [];
  expect(text).toContain(`--workflow-id ${workflowId} `);
  expect(text).toContain(` --address ${pausing.server.address}`);
  await temporalWorkflow('reset', workflowId, '--run-id', run, '--event-id', event, '--reason', 'as told');
}

const wants = (resource: string): object => ({
  participants: [participants.url('other')],
  locks: [exclusive(resource)],
  lockTimeoutMs: 1500,
});

it('keeps its decision and its locks, and goes on where it was by the reset that it names', async () => {
  const { id, resource, slow, mend } = await spoiledInCommit();
  const stalled = await dtc.until(id, d => d.stalled !== undefined);
  expect(stalled).toMatchObject({
    status: 'pending',
    state: 'committing',
    decision: 'commit',
    needsAttention: true,
    stalled: { error: { code: 'failed', message: expect.stringContaining('in state Scheduled') as unknown } },
  });
  expect((await dtc.act(id, 'retry')).status).toBe(503);
  expect(await dtc.run(wants(resource))).toMatchObject({ reason: { code: 'lockTimeout' } });
  expect(await lockNow(dtc, resource)).toMatchObject({ holders: [{ holder: id }] });

  mend();
  await resetAsTold(stalled.stalled?.command, id);
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', needsAttention: false });
  expect(slow.commits(id)).toBe(1);
  expect(await dtc.run(wants(resource))).toMatchObject({ status: 'committed' });
});

it('is taken up again with all it had heard where its run was ended from outside', async () => {
  const { id, resource, slow, mend } = await spoiledInCommit();
  await temporalWorkflow('terminate', id);
  await dtc.until(id, d => d.state === 'interrupted');
  expect(await lockNow(dtc, resource)).toMatchObject({ holders: [{ holder: id }] });

  mend();
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', actions: [{ action: 'retryNow', by: 'a test' }] });
  expect(slow.commits(id)).toBe(1);
  await eventually(async () => (await dtc.recover(id)).is === 'ended'); // its run closes after that
});

/** Nobody has begun it: no worker has had its first task. */
async function spoiledUnbegun(name: string): Promise<{ readonly id: string; readonly resource: string }> {
  const resource = newResource();
  const { url } = statefulParticipant(participants, name);
  await dtc.stopWorker();
  const { id } = await dtc.start({ participants: [url], locks: [exclusive(resource)] });
  await pausedWithATask(id, () => Promise.resolve());
  return { id, resource };
}

it('goes on by the reset before its first task too', async () => {
  const { id, resource } = await spoiledUnbegun('unbegun');
  const { stalled } = await dtc.until(id, d => d.stalled !== undefined);
  await resetAsTold(stalled?.command, id);
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', locks: [{ state: 'released' }] });
  expect(participants.phases(id, 'unbegun')).toEqual(['prepare', 'commit']);
  expect((await lockNow(dtc, resource)).holders).toEqual([]);
});

it('is taken up again where it was ended before its first task', async () => {
  const { id } = await spoiledUnbegun('ended');
  await dtc.until(id, d => d.stalled !== undefined);
  await temporalWorkflow('terminate', id);
  await dtc.until(id, d => d.state === 'interrupted');
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const ended = await dtc.until(id, d => d.status !== 'pending');
  expect(ended).toMatchObject({ status: 'rolledback', reason: { code: 'aborted' } });
});

it('forgets no yes where votes are asked for, by ending its run as told', async () => {
  const yes = statefulParticipant(participants, 'yes');
  const a = statefulParticipant(participants, 'votes', {
    fault: ({ phase }) => (phase === 'prepare' ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start({ participants: [yes.url, a.url] });
  await eventually(() => participants.requests(id, 'votes', 'prepare').length > 0);
  await dtc.until(id, d => d.state === 'preparing');
  await pausedWithATask(id, () => signal(id, 'retryNow', { by: 'a test' }));
  const { stalled } = await dtc.until(id, d => d.stalled !== undefined);
  expect(stalled?.command).toContain(`temporal workflow terminate --workflow-id ${id} --run-id `);
  expect(stalled?.whatToDo).not.toContain('temporal workflow reset');
  await temporalWorkflow('terminate', id, '--reason', 'as told');
  await dtc.until(id, d => d.state === 'interrupted');
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const ended = await dtc.until(id, d => d.status !== 'pending');
  expect(ended).toMatchObject({ status: 'rolledback', recoveries: [{ why: 'terminated' }] });
  expect(yes.holds(id)).toBe('rolledback');
});

it('gives a lock to nobody, and the reset gives back who holds it, with its token', async () => {
  const resource = newResource();
  const { fencingToken } = await lease(dtc, resource, { holder: 'job' });
  const lock = `lock:${resource}`;
  await pausedWithATask(lock, () => signal(lock, 'release', { holder: 'nobody' }));
  const { url } = dtc;
  const told = (): Promise<string> =>
    until(
      async () => (await fetch(`${url}/locks?resource=${resource}`)).text(),
      text => text.includes('temporal workflow reset'),
    );
  await told();
  const handle = dtc.client.workflow.getHandle(lock);
  for (let nth = 0; nth < 40; nth += 1) await handle.signal('release', { holder: 'nobody' });
  await eventually(async () => (await handle.describe()).historyLength > 50);
  const { status, detail } = JSON.parse(await told()) as { readonly status: number; readonly detail: string };
  expect(status).toBe(503);
  expect((await unlock(dtc, resource, 'job')).status).toBe(503);
  expect(await dtc.run(wants(resource))).toMatchObject({ reason: { code: 'lockTimeout' } });

  await resetAsTold(detail, lock);
  expect(await lockNow(dtc, resource)).toMatchObject({ holders: [{ holder: 'job', fencingToken }] });
  expect(await dtc.run(wants(resource))).toMatchObject({ reason: { code: 'lockTimeout' } });
  expect((await unlock(dtc, resource, 'job')).status).toBe(204);
  expect(await dtc.run(wants(resource))).toMatchObject({ status: 'committed' });
});
