/** A worker that stops while it sweeps leaves the sweep to another one: it waits for no workflow that nobody answers for. */
import { settlingMs } from '../../src/protocol/orphans/plan';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { always, hang, startParticipants } from '../support/participants';
import { eventually } from '../support/until';
import { newTag } from './support/sweeps';

/** Each is asked for five seconds, four at once: longer than a worker may take to stop. */
const many = 12;

it('stops while it takes up transactions for which no worker answers, and the next worker goes on', async () => {
  const env = { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000' };
  const participants = await startParticipants();
  participants.on('silent', always('prepare', hang));
  const before = await startCoordinator({ env, limits: { prepareTimeoutMs: 60_000 } });
  const dtc = await startCoordinator({ env, sweeps: true });
  try {
    const ids = await terminated(before, participants.url('silent'));
    const asked = fetch(`${dtc.url}/orphans/sweep`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    await eventually(() => takesUp(dtc));
    await dtc.stopWorker(); // rejects where it had to be cut short

    await dtc.startWorker();
    await before.startWorker();
    await (await asked).text();
    for (const id of ids) await dtc.until(id, d => d.state !== 'interrupted');
  } finally {
    await dtc.close();
    await before.close();
    await participants.close();
  }
});

/** Nobody polls the task queue that they were begun on. */
async function terminated(dtc: TestCoordinator, url: string): Promise<string[]> {
  const start = (): Promise<{ readonly id: string }> => dtc.start([url]);
  const ids = (await Promise.all(Array.from({ length: many }, start))).map(({ id }) => id);
  for (const id of ids) await dtc.until(id, d => d.state === 'preparing');
  await dtc.stopWorker();
  await Promise.all(ids.map(id => dtc.client.workflow.getHandle(id).terminate()));
  const query = `WorkflowType = 'transaction' AND ExecutionStatus = 'Terminated' AND WorkflowId STARTS_WITH '${dtc.tag}'`;
  await eventually(async () => (await dtc.client.workflow.count(query)).count === many);
  const endedAt = Date.now();
  await eventually(() => Date.now() > endedAt + settlingMs);
  return ids;
}

async function takesUp({ client, tag }: TestCoordinator): Promise<boolean> {
  const query = `WorkflowType = 'orphanSweep' AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH 'orphan-sweep-${tag}'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const calls = raw.pendingActivities ?? [];
    if (calls.some(({ activityType, lastStartedTime }) => activityType?.name === 'takeUp' && lastStartedTime))
      return true;
  }
  return false;
}
