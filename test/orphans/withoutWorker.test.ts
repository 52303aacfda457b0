/** `POST /orphans/sweep` with nobody to sweep: it says so within a few seconds, and leaves nothing behind that sweeps later. */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { lastReport, newTag, sweep } from './support/sweeps';

let dtc: TestCoordinator;
afterEach(() => dtc.close());

const ask = (): Promise<Response> =>
  fetch(`${dtc.url}/orphans/sweep`, { method: 'POST', headers: { 'content-type': 'application/json' } });

it('answers 503 where no worker has ever been started', async () => {
  dtc = await startCoordinator({ env: { DTC_COORDINATOR_ID: newTag() }, apiOnly: true });
  const response = await ask();
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

it('answers 503 where the worker has gone, and goes on answering the last report', async () => {
  const env = { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000' };
  dtc = await startCoordinator({ env, sweeps: true });
  const last = await sweep(dtc);
  await dtc.stopWorker();
  const response = await ask();
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await lastReport(dtc)).toEqual(last);
  const query = `WorkflowType = 'orphanSweep' AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH 'orphan-sweep-${dtc.tag}'`;
  expect((await dtc.client.workflow.count(query)).count).toBe(0);
});
