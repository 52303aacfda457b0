/** Whoever works on the task queue beside this coordinator is named at the start. */
import { compose, reachTemporal } from '../../src/compose';
import { readConfig } from '../../src/config/readConfig';
import { type Log } from '../../src/telemetry/log';
import { startPartWorker } from '../support/partWorker';
import { silentLog } from '../support/silentLog';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld();

/** What a start on the task queue warns of. */
async function warned(): Promise<readonly unknown[]> {
  const { taskQueue, tag } = world.dtc;
  const config = readConfig({ DTC_TASK_QUEUE: taskQueue, DTC_COORDINATOR_ID: tag });
  const lines: unknown[] = [];
  const warn = (fields: unknown, message?: string): void => {
    lines.push({ ...(fields as object), message });
  };
  const log = Object.assign<Log, Pick<Log, 'warn'>>(silentLog(), { warn });
  const around = { config, log, stopping: new AbortController().signal };
  const connected = await reachTemporal(around, process.env['TEST_TEMPORAL_ADDRESS'] ?? '');
  const parts = compose(connected, around);
  try {
    await parts.nameStrangers();
  } finally {
    await parts.outbound.close();
    await connected.connection.close();
  }
  return lines;
}

it('says nothing of its own workers', async () => {
  expect(await warned()).toEqual([]);
});

it("names another program's worker, and another coordinator's", async () => {
  const { taskQueue, tag } = world.dtc;
  const strangers = await Promise.all(
    ['4711@elsewhere', 'dtc/another/4712@elsewhere'].map(identity =>
      startPartWorker({ taskQueue, runs: 'activities', identity }),
    ),
  );
  try {
    await eventually(async () => (await warned()).length === 2);
    const advice = expect.stringContaining('DTC_TASK_QUEUE') as unknown;
    expect(await warned()).toEqual([
      { worker: '4711@elsewhere', taskQueue, tag, message: advice },
      { worker: 'dtc/another/4712@elsewhere', taskQueue, tag, message: advice },
    ]);
  } finally {
    await Promise.all(strangers.map(each => each.stop()));
  }
});
