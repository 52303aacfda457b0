/** Recovering is safe to repeat and to race (I6, I10), knows what came after the last workflow task, and never guesses. */
import { randomUUID } from 'node:crypto';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { bundleWith } from '../replay/bundles';
import { startPartWorker } from '../support/partWorker';
import { type Gate, expectAllAsDecided, gate, statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const limits = { prepareTimeoutMs: 15_000, completionTimeoutMs: 15_000, transactionTimeoutMs: 30_000 };
const world = useWorld({ limits, apiOnly: true });
const hasEnded = (d: TransactionDocument): boolean => d.endedAt !== undefined;

afterEach(() => world.dtc.stopWorker());

/** A participant that takes its time with one phase, and its transaction, up to there. */
async function heldIn(
  phase: 'prepare' | 'commit',
  headers = {},
): Promise<{ id: string; one: ReturnType<typeof statefulParticipant>; hold: Gate }> {
  const { dtc, participants } = world;
  const hold = gate();
  const one = statefulParticipant(participants, `held-${randomUUID()}`, {
    fault: r => (r.phase === phase ? { after: hold.passed } : undefined),
  });
  const { id } = await dtc.start([one.url], headers);
  await eventually(() => participants.requests(id, one.name, phase).length > 0);
  return { id, one, hold };
}

const terminate = (id: string): Promise<string> => temporalWorkflow('terminate', id);

async function runsOf(id: string): Promise<number> {
  const found: string[] = [];
  for await (const { runId } of world.dtc.client.workflow.list({ query: `WorkflowId = '${id}'` }))
    found.push(runId);
  return found.length;
}

it('starts one run where two recover at once, and nothing where it runs or has ended', async () => {
  const { dtc } = world;
  await dtc.startWorker();
  const { id, one, hold } = await heldIn('commit');
  expect(await dtc.recover(id)).toEqual({ is: 'running' });
  await terminate(id);
  const both = await Promise.all([dtc.recover(id), dtc.recover(id)]);
  expect(both.map(({ is }) => is).sort()).toEqual(['recovered', 'running']);
  expect(await dtc.recover(id)).toEqual({ is: 'running' });
  hold.open();
  const document = await dtc.until(id, hasEnded);
  expect(document.recoveries).toHaveLength(1);
  expectAllAsDecided(document, [one]);
  expect(await dtc.recover(id)).toEqual({ is: 'ended' });
  await eventually(async () => (await runsOf(id)) === 2);
});

it('does not know an id that was never started, or is none of ours', async () => {
  const { dtc } = world;
  expect(await dtc.recover(`${dtc.tag}k${'0'.repeat(40)}`)).toEqual({ is: 'unknown' });
  expect(await dtc.recover('somebody-elses')).toEqual({ is: 'unknown' });
});

it('is the same transaction to its key, between the runs and after', async () => {
  const { dtc, participants } = world;
  await dtc.startWorker();
  const headers = { 'idempotency-key': randomUUID() };
  const { id, one, hold } = await heldIn('commit', headers);
  await terminate(id);
  expect(await dtc.start([one.url], headers)).toMatchObject({ id, state: 'interrupted' });
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  expect(await dtc.start([one.url], headers)).toMatchObject({ id });
  expect((await dtc.post([participants.url('other')], headers)).status).toBe(422);
  hold.open();
  expectAllAsDecided(await dtc.until(id, hasEnded), [one]);
  expect(await dtc.start([one.url], headers)).toMatchObject({ id, status: 'committed' });
});

it('knows a vote that was recorded when no worker was there to take it', async () => {
  const { dtc } = world;
  const activities = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'activities' });
  const workflows = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'workflows' });
  const { id, one, hold } = await heldIn('prepare');
  await workflows.stop();
  hold.open();
  const handle = dtc.client.workflow.getHandle(id);
  await eventually(async () => {
    const { events } = await handle.fetchHistory();
    return events?.some(event => event.activityTaskCompletedEventAttributes != null) === true;
  });
  await activities.stop();
  await terminate(id);
  expect(await dtc.recover(id)).toEqual({ is: 'noWorker' });
  await dtc.startWorker();
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const document = await dtc.until(id, hasEnded);
  expect(document).toMatchObject({ status: 'committed', participants: [{ vote: 'yes' }] });
  expectAllAsDecided(document, [one]);
});

it('rolls back one that no worker had begun, and tells nobody', async () => {
  const { dtc, participants } = world;
  const { id } = await dtc.start([participants.url('unasked')]);
  await terminate(id);
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await terminate(id); // nor this one
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await dtc.startWorker();
  expect(await dtc.until(id, hasEnded)).toMatchObject({
    status: 'rolledback',
    reason: { code: 'aborted' },
    recoveries: [{ why: 'terminated' }, { why: 'terminated' }],
  });
  expect(participants.requests(id)).toEqual([]);
});

it('reports a run that the worker cannot replay, with what to do and without what it holds', async () => {
  const { dtc } = world;
  await dtc.startWorker();
  const { id, one, hold } = await heldIn('commit');
  const { runId } = await dtc.client.workflow.getHandle(id).describe();
  await dtc.stopWorker();
  await terminate(id);
  const change = { what: 'another activity id', replace: '`${phase} round`', by: '`${phase} rounds`' };
  await dtc.startWorker(bundleWith(change));
  const found = await dtc.recover(id);
  expect(found).toMatchObject({ is: 'unreplayable' });
  const why = 'why' in found ? found.why : '';
  expect(why).toContain(`temporal workflow show --workflow-id ${id} --run-id ${runId}`);
  expect(why).not.toContain(one.name);
  expect(await dtc.get(id)).toMatchObject({ state: 'interrupted' });

  await dtc.stopWorker();
  hold.open();
  await dtc.startWorker();
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  expectAllAsDecided(await dtc.until(id, hasEnded), [one]);
});
