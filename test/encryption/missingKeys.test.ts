/**
 * Processes that lack a key: they start, whatever does not need it works, and whatever does says which key it is and what to do. What is
 * logged of it is one line, with nothing of what is encrypted.
 */
import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { type SweepInput } from '../../src/protocol/orphans/report';
import { sdkLog } from '../../src/engine/sdkLog';
import { unreadableEncoding } from '../../src/engine/encryption/unreadable';
import { type Log, createLog } from '../../src/telemetry/log';
import { sweepIdOf } from '../../src/coordinator/orphans/reports';
import { type TestCoordinator, type TestOptions, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { eventually } from '../support/until';

jest.setTimeout(90_000);

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [key('first'), key('second')];
const list = 'http://127.0.0.1:9/prepared?key=zq-query';
const named = (id: string): RegExp =>
  new RegExp(`key "${id}", which the DTC_PAYLOAD_KEYS of this process does not have: add it there`);

let participants: Participants;
const open: TestCoordinator[] = [];
beforeEach(async () => {
  participants = await startParticipants();
  participants.on('down', ({ phase }) => (phase === 'commit' ? 503 : 200));
});
afterEach(async () => {
  for (const dtc of open.splice(0).reverse()) await dtc.close();
  await participants.close();
});

async function start(keys: string | undefined, more: TestOptions = {}): Promise<TestCoordinator> {
  const env = keys === undefined ? {} : { DTC_PAYLOAD_KEYS: keys };
  const dtc = await startCoordinator({ ...more, env: { ...env, ...more.env } });
  open.push(dtc);
  return dtc;
}

const scheduled = async (dtc: TestCoordinator): Promise<SweepInput> =>
  (await dtc.client.schedule.getHandle(sweepIdOf(dtc)).describe()).action.args?.[0] as SweepInput;
const post = (url: string, body: object): Promise<Response> =>
  fetch(url, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  });
const sweep = (dtc: TestCoordinator, body: object = {}): Promise<Response> =>
  post(`${dtc.url}/orphans/sweep`, body);

/** With which key Temporal has what the Schedule starts a sweep with; undefined where that is in plain text. */
async function sealedWith(dtc: TestCoordinator): Promise<string | undefined> {
  const { schedule } = await dtc.client.connection.workflowService.describeSchedule({
    ...{ namespace: 'default', scheduleId: sweepIdOf(dtc) },
  });
  const [stored] = schedule?.action?.startWorkflow?.input?.payloads ?? [];
  const id = stored?.metadata?.['encryption-key-id'];
  const isPlain = Buffer.from(stored?.data ?? []).includes('zq-query');
  expect(isPlain).toBe(id === undefined);
  return id === undefined ? undefined : Buffer.from(id).toString();
}

function logged(): { readonly log: Log; readonly lines: () => string[] } {
  let text = '';
  const output = new PassThrough().on('data', chunk => (text += String(chunk)));
  return { log: createLog('info', output), lines: () => text.split('\n') };
}

const isLeft = 'the Schedule of the orphan sweep is encrypted with the key';

it.each([
  ['without keys', undefined, 'nokeys'],
  ['with others', second, 'others'],
])(
  'a worker %s leaves the Schedule of the sweep that others have sealed, says so, and makes it anew once it is deleted',
  async (_, keys, tag) => {
    const env = { DTC_COORDINATOR_ID: tag, DTC_RECOVERY_URLS: list };
    const sealing = await start(first, { sweeps: true, env });
    const { id } = await sealing.start([participants.url('a'), participants.url('down')]);
    await sealing.until(id, ({ state }) => state === 'committing');
    await sealing.client.workflow.getHandle(id).terminate('tried');
    expect((await sweep(sealing, { dryRun: true })).status).toBe(200);
    await sealing.stopWorker();
    expect(await sealedWith(sealing)).toBe('first');

    const { log, lines } = logged();
    const lacking = await start(keys, { sweeps: true, env, log });
    expect(await sealedWith(sealing)).toBe('first');
    expect(await scheduled(sealing)).toMatchObject({ lists: [list] });
    const told = lines().filter(line => line.includes(isLeft));
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(`key \\\\"first\\\\".*temporal schedule delete --schedule-id orphan-sweep-${tag}`),
      ),
    ]);
    const refused = await sweep(lacking);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      type: '/problems/engine-unavailable',
      detail: expect.stringMatching(named('first')) as string,
    });
    await lacking.stopWorker();

    await lacking.client.schedule.getHandle(sweepIdOf(lacking)).delete();
    const worker = await start(keys, { sweeps: true, env });
    expect(await sealedWith(worker)).toBe(keys === undefined ? undefined : 'second');
    await eventually(async () => {
      const report = await sweep(worker);
      expect(report.status).toBe(200);
      return JSON.stringify(await report.json()).includes(`key \\"first\\", which`);
    });
    expect((await fetch(`${worker.url}/orphans`)).status).toBe(200);
  },
);

it('the Schedule goes from one key to the next while keys are rotated, and out of plain text, with what people set in it', async () => {
  const env = { DTC_COORDINATOR_ID: 'rotated', DTC_RECOVERY_URLS: list };
  const steps = [
    [undefined, undefined],
    [first, 'first'],
    [`${first},${second}`, 'first'],
    [`${second},${first}`, 'second'],
    [second, 'second'],
  ] as const;
  const { log, lines } = logged();
  for (const [nth, [keys, sealed]] of steps.entries()) {
    const worker = await start(keys, { sweeps: true, env, log });
    expect([nth, await sealedWith(worker)]).toEqual([nth, sealed]);
    const handle = worker.client.schedule.getHandle(sweepIdOf(worker));
    if (nth === 0) await handle.pause('tried');
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'tried' });
    await worker.stopWorker();
  }
  expect(lines().filter(line => line.includes(isLeft))).toEqual([]);
});

it('what needs no key that is missing works, and what does names it, in answers and in one line of log', async () => {
  const dtc = await start(first);
  const env = { DTC_COORDINATOR_ID: dtc.tag };
  const { id } = await dtc.start([participants.url('a'), participants.url('down')]);
  await dtc.until(id, ({ participants: [, down] }) => down?.lastError !== undefined);

  const { log, lines } = logged();
  const lacking = await start(undefined, { env, log });
  const answer = await fetch(`${lacking.url}/transactions/${id}`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(named('first')) as string });
  expect(await lacking.run([participants.url('a')])).toMatchObject({ status: 'committed' });
  await eventually(() => lines().join().includes('"keyId":"first"'));
  expect(lines().join()).toContain('which the DTC_PAYLOAD_KEYS of this process does not have: add it there');
  participants.on('down', () => 200);
  await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
});

it('tells in its log what callers of /codec/decode make up from what Temporal stores, and says it seldom', async () => {
  let lines = '';
  const output = new PassThrough().on('data', chunk => (lines += String(chunk)));
  const dtc = await start(first, { apiOnly: true, log: createLog('warn', output) });
  const text = (value: string): string => Buffer.from(value).toString('base64');
  for (const id of ['zq-1', 'zq-2', 'z'.repeat(1_000)]) {
    const metadata = { encoding: text('binary/encrypted'), 'encryption-key-id': text(id) };
    const sent = { payloads: [{ metadata, data: text('made up') }] };
    const answer = await post(`${dtc.url}/codec/decode`, sent);
    expect(await answer.json()).toEqual(sent);
  }
  await eventually(() => lines.includes('a caller of /codec/decode'));
  expect(lines.split('a caller of /codec/decode')).toHaveLength(2);
  expect(lines).not.toContain('something that Temporal stores');
});

describe('what the SDK logs of a task that it could not begin', () => {
  const told: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string): void => void told.push({ fields, message });
  const log = { error: note, warn: note, debug: note } as unknown as Parameters<typeof sdkLog>[0];
  const task = (details: string): object => ({
    task: JSON.stringify({
      start: {
        ...{ activityId: 'commit car #2', activityType: 'commit', workflowExecution: { workflowId: 'w-1' } },
        heartbeatDetails: [{ metadata: {}, data: details }],
      },
    }),
    taskEncoded: details,
  });
  beforeEach(() => told.splice(0));

  it('is one line that names the key and what to do, where that is missing', () => {
    const write = sdkLog(log);
    const why = `Unknown encoding: ${unreadableEncoding('first', 'unknown key')}`;
    const message = `Error while processing ActivityTask.start: Failed to parse heartbeat details for activity: ${why}`;
    for (const each of ['zq-one', 'zq-two'])
      write('ERROR', message, { error: new Error(why), ...task(each) });
    expect(told).toEqual([
      {
        fields: { workflowId: 'w-1', activityId: 'commit car #2', activityType: 'commit' },
        message: expect.stringMatching(named('first')) as string,
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('zq');
  });

  it('holds nothing of the task, where something else is wrong', () => {
    sdkLog(log)('ERROR', 'Error while processing ActivityTask.start: broken', {
      ...{ activityId: 'commit car #2', error: new Error('broken') },
      ...task('zq-one'),
    });
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain('zq');
  });
});
