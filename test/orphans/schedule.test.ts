/** The Schedule is made and updated where a worker starts; what people set in it stays. */
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { sweepIdOf } from '../../src/coordinator/orphans/reports';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { newTag } from './support/sweeps';

const running: TestCoordinator[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

async function start(tag: string, more: Readonly<Record<string, string>> = {}): Promise<TestCoordinator> {
  const env = { DTC_COORDINATOR_ID: tag, DTC_SWEEP_INTERVAL_MS: '3600000', ...more };
  const started = await startCoordinator({ env, sweeps: true });
  running.push(started);
  return started;
}

it('is made at the start, one a tag, skips while a sweep runs, and can be seen', async () => {
  const [one, two] = [await start(newTag()), await start(newTag())];
  const { spec, policies, state, action } = await one.client.schedule.getHandle(sweepIdOf(one)).describe();
  expect(spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  expect(policies.overlap).toBe(ScheduleOverlapPolicy.SKIP);
  expect(state.paused).toBe(false);
  expect(action).toMatchObject({ workflowType: 'orphanSweep', taskQueue: one.taskQueue });
  const other = await two.client.schedule.getHandle(sweepIdOf(two)).describe();
  expect(other.action).toMatchObject({ taskQueue: two.taskQueue });
});

it('stays paused after a restart, which brings its interval and its lists up to date', async () => {
  const tag = newTag();
  const before = await start(tag);
  const schedule = before.client.schedule.getHandle(sweepIdOf(before));
  await schedule.pause('maintenance of the hotel');
  const urls = 'http://127.0.0.1:9/hotel/prepared';
  const after = await start(tag, { DTC_SWEEP_INTERVAL_MS: '7200000', DTC_RECOVERY_URLS: urls });
  const { spec, state, action } = await schedule.describe();
  expect(state).toMatchObject({ paused: true, note: 'maintenance of the hotel' });
  expect(spec.intervals).toMatchObject([{ every: 7_200_000 }]);
  expect(action).toMatchObject({ taskQueue: after.taskQueue, args: [{ lists: [urls] }] });
});
