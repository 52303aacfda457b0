/**
 * Receivers in trouble harm nobody (I9), and what they miss is kept or listed. An hour of Temporal's waits is played at a thousandth, by
 * the terms that a transaction is accepted with: there is no time-skipping server here.
 */
import { randomUUID } from 'node:crypto';
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { newTag, sweep } from '../orphans/support/sweeps';
import { type TestOptions, startCoordinator, workflowLog } from '../support/coordinator';
import { freePort } from '../support/listening';
import { startReceivers } from '../support/receivers';
import { type Ran, temporal } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { secret, useNotifications } from './world';

const world = useNotifications();

it('lists what is tried for long, and what was given up when its time was over', async () => {
  const short = await startCoordinator({
    sweeps: true,
    env: { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000', DTC_STUCK_AFTER_MS: '500' },
    limits: { notifying: { timeoutMs: 300, initialMs: 20, maxMs: 400, forMs: 5_000 } },
  });
  try {
    world.receivers.on('broken', () => 500);
    const notify = { url: world.receivers.url('broken') };
    const { id } = await short.run({ participants: [world.participants.url('a')], notify });
    const find = async (): Promise<OrphansDocument['findings'][number] | undefined> =>
      (await sweep(short)).findings.find(({ transactionId }) => transactionId === id);
    const tried = await until(find, each => (each?.attempts ?? 0) > 0);
    expect(tried).toMatchObject({ kind: 'undelivered', why: 'answered 500', lastError: { status: 500 } });
    expect(tried).not.toHaveProperty('gaveUpAt');
    const given = await until(find, each => each?.gaveUpAt !== undefined);
    expect(given).toMatchObject({ why: 'it was given up: answered 500', willDo: 'nothing: a person has to' });
    expect(given?.attempts).toBe(world.receivers.of(id).length);
    expect((await short.get(id)).status).toBe('committed');

    const workflowId = given?.id ?? '';
    expect(await typed(given?.command ?? '')).toMatchObject({ code: 0 });
    await until(find, each => each?.gaveUpAt !== undefined && each.command !== given?.command);
    // as the page says: each of its runs
    for await (const { runId } of short.client.workflow.list({ query: `WorkflowId='${workflowId}'` }))
      await temporal('workflow', 'delete', '--yes', '--workflow-id', workflowId, '--run-id', runId);
    await until(find, each => each === undefined);
  } finally {
    await short.close();
  }
});

it('says in the log that it was given up, where no request came to say so', async () => {
  const foreign = { notify: () => Promise.resolve('what another program gave') };
  const other = await startCoordinator({
    activities: foreign as unknown as TestOptions['activities'] & object,
  });
  try {
    const at = Date.now();
    const notification = {
      transactionId: 'tx',
      event: 'outcome',
      at,
      data: { id: 'tx', status: 'committed' },
    };
    const terms = { timeoutMs: 100, initialMs: 20, maxMs: 50, forMs: 200 };
    const input = { version: 1, url: 'http://shop.example/told', terms, notification };
    const workflowId = `notification:${randomUUID()}:outcome`;
    const options = { workflowId, taskQueue: other.taskQueue, args: [input] };
    await expect(other.client.workflow.execute('notification', options)).rejects.toMatchObject({
      cause: { type: 'Undelivered' },
    });
    const lines = (): typeof workflowLog =>
      workflowLog.filter(({ message }) => message === 'notification given up');
    await eventually(() => lines().length > 0);
    expect(lines()).toMatchObject([
      { level: 'ERROR', fields: { transactionId: 'tx', notification: 'tx/outcome', host: 'shop.example' } },
    ]);
  } finally {
    await other.close();
  }
});

it('holds no transaction up while its receiver is down for (a thousandth of) an hour, and tells all of them after', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}/shop/told`;
  const run = async (): Promise<{ id: string; ms: number }> => {
    const began = Date.now();
    const { id } = await world.dtc.run({ participants: [world.participants.url('a')], notify: { url } });
    return { id, ms: Date.now() - began };
  };
  const untilBack = Date.now() + 3_600;
  const went: { id: string; ms: number }[] = [];
  while (Date.now() < untilBack && went.length < 40) went.push(await run());
  await eventually(() => Date.now() >= untilBack);
  for (const { id } of went) expect((await world.dtc.get(id)).endedAt).toBeDefined();
  expect(Math.max(...went.map(({ ms }) => ms))).toBeLessThan(3_000);
  const back = await startReceivers(secret, port);
  try {
    await eventually(() => went.every(({ id }) => back.of(id).length > 0));
    expect(back.deliveries.map(each => each.id).sort()).toEqual(went.map(({ id }) => `${id}/outcome`).sort());
  } finally {
    await back.close();
  }
});

it('takes no place of a participant, however many hang with their receiver', async () => {
  world.receivers.on('hangs', () => () => undefined);
  const notify = { url: world.receivers.url('hangs') };
  const start = (): Promise<{ id: string }> =>
    world.dtc.start({ participants: [world.participants.url('a')], notify });
  const ids = (await Promise.all(Array.from({ length: 30 }, start))).map(({ id }) => id);
  const ended = await Promise.all(ids.map(id => world.dtc.until(id, d => d.endedAt !== undefined)));
  expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'committed'));
  expect(ended.flatMap(d => d.participants.map(p => p.attempts))).toEqual(ids.map(() => 1));
  world.receivers.on('hangs', () => 204);
  await eventually(() => ids.every(id => world.resultsOf(id).includes('delivered')), 40_000);
});

/** As an operator types what the report says. */
function typed(command: string): Promise<Ran> {
  const [program, ...args] = (command.match(/"[^"]*"|\S+/g) ?? []).map(word => word.replaceAll('"', ''));
  if (program !== 'temporal') throw new Error(`not a command of Temporal's: ${command}`);
  return temporal(...args);
}

it('is tried at once, instead of in an hour, by the command that the report says', async () => {
  const patient = await startCoordinator({
    sweeps: true,
    env: { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000', DTC_STUCK_AFTER_MS: '1' },
    limits: { notifying: { timeoutMs: 300, initialMs: 600_000, maxMs: 3_600_000, forMs: 259_200_000 } },
  });
  try {
    world.receivers.on('late', ({ nth }) => (nth === 1 ? 500 : 204));
    const notify = { url: world.receivers.url('late') };
    const { id } = await patient.run({ participants: [world.participants.url('a')], notify });
    await world.told(id);
    const find = async (): Promise<OrphansDocument['findings'][number] | undefined> =>
      (await sweep(patient)).findings.find(each => each.transactionId === id && each.attempts === 1);
    const { command = '' } = (await until(find, each => each !== undefined)) ?? {};
    expect(await typed(command)).toMatchObject({ code: 0 });
    expect((await world.told(id, 2)).map(each => each.id)).toEqual([`${id}/outcome`, `${id}/outcome`]);
  } finally {
    await patient.close();
  }
});
