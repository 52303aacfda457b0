/**
 * Being told of a transaction (PROTOCOL §3, Notifications): real receivers over HTTP, who verify what comes. An hour's waits are played
 * at a thousandth: from 20 ms up to 3.6 s.
 */
import { randomBytes } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { type OrphansDocument } from '../../src/protocol/orphans/words';
import { type NotificationLog } from '../../src/telemetry/notificationLog';
import { newTag, sweep } from '../orphans/support/sweeps';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { freePort, listenHttp } from '../support/listening';
import { type Participants, startParticipants } from '../support/participants';
import { type Delivery, type Receivers, startReceivers } from '../support/receivers';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const notifying = { timeoutMs: 600, initialMs: 20, maxMs: 3_600, forMs: 60_000 };

let dtc: TestCoordinator;
let participants: Participants;
let receivers: Receivers;
const seen: NotificationLog[] = [];

beforeAll(async () => {
  participants = await startParticipants();
  receivers = await startReceivers(secret);
  const env = {
    DTC_COORDINATOR_ID: newTag(),
    DTC_SIGNING_SECRET: secret,
    DTC_SWEEP_INTERVAL_MS: '86400000',
    DTC_STUCK_AFTER_MS: '1000',
  };
  const limits = { notifying, completionAttempts: 2, prepareAttempts: 1 };
  dtc = await startCoordinator({ sweeps: true, env, limits, onNotification: entry => seen.push(entry) });
  await dtc.run({ participants: [participants.url('warm')], timeoutMs: 30_000 });
});
afterAll(async () => {
  await dtc.close();
  await receivers.close();
  await participants.close();
});

const resultsOf = (id: string): string[] =>
  seen.filter(({ transactionId }) => transactionId === id).map(({ result }) => result);

/** The deliveries of a transaction, once there are as many. */
function told(id: string, count = 1): Promise<Delivery[]> {
  return until(
    () => receivers.of(id),
    all => all.length >= count,
  );
}

async function undelivered(id: string): Promise<OrphansDocument['findings']> {
  const { findings } = await sweep(dtc);
  return findings.filter(({ kind, transactionId }) => kind === 'undelivered' && transactionId === id);
}

it('tells the outcome, signed, with the document, and neither payloads nor queries in it', async () => {
  const url = `${participants.url('a')}?key=participants-secret`;
  const { id } = await dtc.run({
    participants: [{ url, payload: { card: '4111' } }],
    labels: { order: '7' },
    notify: { url: receivers.url('shop') },
  });
  const [delivery] = await told(id);
  expect(delivery).toMatchObject({ id: `${id}/outcome`, type: 'transaction.outcome', nth: 1 });
  expect(delivery).not.toHaveProperty('unsigned');
  expect(delivery?.headers).toMatchObject({ 'content-type': 'application/json', 'transaction-id': id });
  expect(delivery?.data).toEqual(await dtc.get(id));
  expect(delivery?.timestamp).toBe(delivery?.data.endedAt);
  expect(delivery?.text).not.toMatch(/4111|participants-secret/);
  expect(resultsOf(id)).toEqual(['delivered']);
});

it('tells of attention, outcome and end, each once, as it was then', async () => {
  participants.on('late', ({ phase, nth }) => (phase === 'commit' && nth < 4 ? 503 : 200));
  const on = ['outcome', 'attention', 'end'];
  const { id } = await dtc.start({
    participants: [participants.url('a'), participants.url('late')],
    notify: { url: receivers.url('shop'), on },
  });
  const all = await told(id, 3);
  const byType = new Map(all.map(each => [each.type, each.data]));
  expect(byType.get('transaction.attention')).toMatchObject({ status: 'pending', needsAttention: true });
  expect(byType.get('transaction.outcome')).toMatchObject({ status: 'committed' });
  expect(byType.get('transaction.end')).toMatchObject({ status: 'committed', needsAttention: false });
  expect(all.map(each => each.id).sort()).toEqual([`${id}/attention`, `${id}/end`, `${id}/outcome`]);
});

it.each([
  ['by a no', script('no', () => 409), ['no'], {}],
  ['since nobody could be reached', () => undefined, ['dead'], {}],
  ['after a provisional commit', script('no', failing('commit')), ['a', 'no'], provisional()],
  ['with locks', script('no', () => 409), ['no'], locked()],
])('tells that it was rolled back: %s', async (_, prepare, names, options) => {
  prepare();
  const dead = `http://127.0.0.1:${String(await freePort())}/prepare`;
  const urls = names.map(name => (name === 'dead' ? dead : participants.url(name)));
  const notify = { url: receivers.url('shop'), on: ['outcome', 'end'] };
  const { id } = await dtc.start({ participants: urls, notify, ...options });
  const all = await told(id, 2);
  expect(all.map(({ data }) => data.status)).toEqual(['rolledback', 'rolledback']);
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'rolledback', decision: 'rollback' });
});

function script(name: string, answer: (r: { readonly phase: string }) => number) {
  return (): void => {
    participants.on(name, answer);
  };
}

function failing(phase: string) {
  return (r: { readonly phase: string }): number => (r.phase === phase ? 503 : 200);
}

function provisional(): object {
  return { onCommitFailure: 'rollback' };
}

function locked(): object {
  return { locks: [{ resource: `told/${randomBytes(6).toString('hex')}`, mode: 'exclusive' }] };
}

it('repeats the same, under the same id, until it is taken: slow, failing, redirecting and hanging receivers', async () => {
  const elsewhere: string[] = [];
  const other = await listenHttp((request, response) => {
    elsewhere.push(request.url ?? '');
    response.end();
  });
  const answers = [
    500,
    (response: ServerResponse) => response.writeHead(307, { location: `${other.origin}/told` }).end(),
    () => undefined,
    (response: ServerResponse) => setTimeout(() => response.writeHead(202).end(), 200),
  ];
  receivers.on('moody', ({ nth }) => answers[nth - 1]);
  const { id } = await dtc.run({
    participants: [participants.url('a')],
    notify: { url: receivers.url('moody') },
  });
  const all = await told(id, 4);
  await eventually(() => resultsOf(id).includes('delivered'));
  expect(resultsOf(id)).toEqual(['failed', 'failed', 'failed', 'delivered']);
  expect(new Set(all.map(each => `${each.id} ${each.text}`)).size).toBe(1);
  expect(all.filter(each => each.unsigned !== undefined)).toEqual([]);
  expect(elsewhere).toEqual([]);
  await other.close();
});

it('waits as long as a receiver asks for', async () => {
  receivers.on('busy', ({ nth }) =>
    nth > 1 ? 204 : (response: ServerResponse) => response.writeHead(503, { 'retry-after': '1' }).end(),
  );
  const { id } = await dtc.run({
    participants: [participants.url('a')],
    notify: { url: receivers.url('busy') },
  });
  const [first, second] = await told(id, 2);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

it('ends at 410, and lists what was not delivered; a person has it sent again, under the same id', async () => {
  receivers.on('gone', ({ nth }) => (nth === 1 ? 410 : 204));
  const { id } = await dtc.run({
    participants: [participants.url('a')],
    notify: { url: receivers.url('gone') },
  });
  await eventually(() => resultsOf(id).includes('gone'));
  const key = `notification:${id}:outcome`;
  await until(
    () => undelivered(id),
    found => found.length === 1,
  ).then(([finding]) => {
    expect(finding).toMatchObject({
      ...{ kind: 'undelivered', id: key, transactionId: id, type: 'transaction.outcome', attempts: 1 },
      where: `${receivers.origin}/gone/told?redacted`,
      lastError: { code: 'unexpectedStatus', status: 410, message: 'answered 410' },
      gaveUpAt: expect.any(String) as string,
      command: `temporal workflow reset --workflow-id ${key} --type FirstWorkflowTask --reason "send it again"`,
    });
  });
  await temporalWorkflow('reset', key, '--type', 'FirstWorkflowTask', '--reason', 'send it again');
  const all = await told(id, 2);
  expect(new Set(all.map(each => `${each.id} ${each.text}`)).size).toBe(1);
  await until(
    () => undelivered(id),
    found => found.length === 0,
  );
});

it('lists what is tried for long, and what was given up when its time was over', async () => {
  const short = await startCoordinator({
    sweeps: true,
    env: { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000', DTC_STUCK_AFTER_MS: '500' },
    limits: { notifying: { timeoutMs: 300, initialMs: 20, maxMs: 400, forMs: 5_000 } },
  });
  try {
    receivers.on('broken', () => 500);
    const notify = { url: receivers.url('broken') };
    const { id } = await short.run({ participants: [participants.url('a')], notify });
    const find = async (): Promise<OrphansDocument['findings'][number] | undefined> =>
      (await sweep(short)).findings.find(({ transactionId }) => transactionId === id);
    const tried = await until(find, each => (each?.attempts ?? 0) > 0);
    expect(tried).toMatchObject({ kind: 'undelivered', why: 'answered 500', lastError: { status: 500 } });
    expect(tried).not.toHaveProperty('gaveUpAt');
    const given = await until(find, each => each?.gaveUpAt !== undefined);
    expect(given).toMatchObject({ why: 'it was given up: answered 500', willDo: 'nothing: a person has to' });
    expect(given?.attempts).toBe(receivers.of(id).length);
    expect((await short.get(id)).status).toBe('committed');
  } finally {
    await short.close();
  }
});

it('holds no transaction up while its receiver is down for (a thousandth of) an hour, and tells all of them after', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}/shop/told`;
  const run = async (): Promise<{ id: string; ms: number }> => {
    const began = Date.now();
    const { id } = await dtc.run({ participants: [participants.url('a')], notify: { url } });
    return { id, ms: Date.now() - began };
  };
  const untilBack = Date.now() + 3_600;
  const went: { id: string; ms: number }[] = [];
  while (Date.now() < untilBack && went.length < 40) went.push(await run());
  await eventually(() => Date.now() >= untilBack);
  for (const { id } of went) expect((await dtc.get(id)).endedAt).toBeDefined();
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
  receivers.on('hangs', () => () => undefined);
  const notify = { url: receivers.url('hangs') };
  const start = (): Promise<{ id: string }> => dtc.start({ participants: [participants.url('a')], notify });
  const ids = (await Promise.all(Array.from({ length: 30 }, start))).map(({ id }) => id);
  const ended = await Promise.all(ids.map(id => dtc.until(id, d => d.endedAt !== undefined)));
  expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'committed'));
  expect(ended.flatMap(d => d.participants.map(p => p.attempts))).toEqual(ids.map(() => 1));
  receivers.on('hangs', () => 204);
  await eventually(() => ids.every(id => resultsOf(id).includes('delivered')), 40_000);
});

it('tells once what a run that was terminated has told, and what it has not', async () => {
  participants.on('late', ({ phase }) => (phase === 'commit' ? 503 : 200));
  const notify = { url: receivers.url('shop'), on: ['attention', 'outcome', 'end'] };
  const { id } = await dtc.start({ participants: [participants.url('late')], notify });
  await told(id);
  await temporalWorkflow('terminate', id);
  participants.on('late', () => 200);
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await dtc.until(id, d => d.endedAt !== undefined);
  const all = await told(id, 3);
  expect(all.map(each => each.id).sort()).toEqual([`${id}/attention`, `${id}/end`, `${id}/outcome`]);
});
