/** What `/readyz` at `DTC_METRICS_PORT` says of a worker. */
import { type Worker } from '@temporalio/worker';
import { whyIdle } from '../../src/engine/worker';

function worker(
  runState: string,
  workflowPollerState: string,
  activityPollerState = workflowPollerState,
): Worker {
  return { getStatus: () => ({ runState, workflowPollerState, activityPollerState }) } as unknown as Worker;
}

it('is well while it polls for both', () => {
  expect(whyIdle(worker('RUNNING', 'POLLING'))).toBeUndefined();
});

it.each([
  ['there is none yet', undefined, 'has not begun'],
  ['it has not begun', worker('INITIALIZED', 'POLLING'), 'it is INITIALIZED'],
  ['it drains', worker('DRAINING', 'SHUTDOWN'), 'it is DRAINING'],
  ['one of its pollers has failed', worker('RUNNING', 'POLLING', 'FAILED'), 'activities FAILED'],
])('says so where %s', (_, one, why) => {
  expect(whyIdle(one)).toContain(why);
});
