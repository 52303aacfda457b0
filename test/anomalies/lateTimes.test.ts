/**
 * PROTOCOL §3: what a run heard after its last workflow task has the time at which it happened, not that task's: a transaction that is
 * taken up again has not ended before its participants committed.
 */
import { type PartWorker, startPartWorker } from '../support/partWorker';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { signal } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });
let activities: PartWorker;
let workflows: PartWorker;

const startWorkflows = async (): Promise<PartWorker> =>
  startPartWorker({ taskQueue: world.dtc.taskQueue, runs: 'workflows' });

beforeEach(async () => {
  const { taskQueue } = world.dtc;
  await world.dtc.stopWorker();
  activities = await startPartWorker({ taskQueue, runs: 'activities' });
  workflows = await startWorkflows();
});
afterEach(async () => {
  await Promise.all([activities.stop(), workflows.stop()]);
});

/** Taken up again after its participants have answered `phase` while no worker drove it, and it was terminated then. */
async function heardLate(
  phase: 'prepare' | 'commit',
): Promise<{ readonly id: string; readonly answeredAt: number }> {
  const { dtc, participants } = world;
  const answer = gate();
  const a = statefulParticipant(participants, phase, {
    fault: r => (r.phase === phase ? { after: answer.passed } : undefined),
  });
  const { id } = await dtc.start([a.url]);
  await eventually(() => participants.requests(id, phase, phase).length > 0);
  await workflows.stop();
  const lengthOf = async (): Promise<number> =>
    (await dtc.client.workflow.getHandle(id).describe()).historyLength;
  const before = await lengthOf();
  const answeredAt = Date.now();
  answer.open();
  await eventually(async () => (await lengthOf()) > before);
  if (phase === 'prepare') await signal(id, 'abort', { by: 'a test' });
  await dtc.client.workflow.getHandle(id).terminate('a test');
  workflows = await startWorkflows();
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  return { id, answeredAt };
}

it('has ended when its participants had committed', async () => {
  const { dtc } = world;
  const { id, answeredAt } = await heardLate('commit');
  const { status, endedAt = '', recoveries } = await dtc.until(id, d => d.state === 'committed');
  expect(status).toBe('committed');
  expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(answeredAt);
  expect(Date.parse(endedAt)).toBeLessThanOrEqual(Date.parse(recoveries?.[0]?.at ?? ''));
});

it('was decided when the abort came', async () => {
  const { dtc } = world;
  const { id, answeredAt } = await heardLate('prepare');
  const { decidedAt = '', reason, actions } = await dtc.until(id, d => d.decision !== null);
  expect(reason).toMatchObject({ code: 'aborted' });
  expect(Date.parse(decidedAt)).toBeGreaterThanOrEqual(answeredAt);
  expect(actions).toMatchObject([{ action: 'abort', at: decidedAt }]);
});
