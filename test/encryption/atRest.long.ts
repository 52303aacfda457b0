/**
 * Encryption at rest on a real Temporal server, whose database file is read: with keys nothing of what clients and participants sent is in
 * it, and everything goes and reads as it does without.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { createLog } from '../../src/telemetry/log';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TestOptions, startCoordinator, type TestCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { type TestServer, startTemporal } from '../support/temporalServer';
import { eventually } from '../support/until';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [key('first'), key('second')];

/** What may be in no file of Temporal's, by where it is sent. */
const secrets = {
  payload: 'zq-payload',
  path: 'zq-path',
  query: 'zq-query',
  refusal: 'zq-refusal',
  abort: 'zq-abort',
  resolve: 'zq-resolve',
  receiver: 'zq-receiver',
} as const;

jest.setTimeout(120_000); // two servers, one after the other

let temporal: TestServer;
let participants: Participants;
const open: TestCoordinator[] = [];

beforeEach(async () => {
  temporal = await startTemporal();
  participants = await startParticipants();
  participants.on(secrets.refusal, ({ phase }) => response => {
    const no = JSON.stringify({ reason: secrets.refusal });
    response.writeHead(phase === 'prepare' ? 409 : 200, { 'content-type': 'application/json' }).end(no);
  });
  participants.on('silent', () => () => undefined);
  participants.on('down', ({ phase }) => (phase === 'commit' ? 503 : 200));
});
afterEach(async () => {
  for (const dtc of open.splice(0)) await dtc.close();
  await participants.close();
  await temporal.stop();
});

async function start(keys?: string, more: TestOptions = {}): Promise<TestCoordinator> {
  const env = { DTC_COORDINATOR_ID: 'rest', ...(keys === undefined ? {} : { DTC_PAYLOAD_KEYS: keys }) };
  const dtc = await startCoordinator({
    ...more,
    env: { ...env, ...more.env },
    temporalAddress: temporal.address,
  });
  open.push(dtc);
  return dtc;
}

/** One of each kind, to its end; and the last as it was read while it was in trouble. */
async function play(dtc: TestCoordinator): Promise<readonly TransactionDocument[]> {
  const stories = [commit(dtc), refuse(dtc), abort(dtc), settle(dtc)];
  return (await Promise.all(stories)).flat();
}

async function commit(dtc: TestCoordinator): Promise<TransactionDocument> {
  const url = `${participants.url(secrets.path)}?key=${secrets.query}`;
  const { id } = await dtc.start({
    participants: [{ name: 'paid', url, payload: { card: secrets.payload } }, participants.url('a')],
    locks: [{ resource: `rest/${randomUUID()}`, mode: 'exclusive' }],
    notify: { url: participants.url(secrets.receiver), on: ['outcome', 'end'] },
  });
  return dtc.until(id, ({ endedAt }) => endedAt !== undefined);
}

async function refuse(dtc: TestCoordinator): Promise<TransactionDocument> {
  const { id } = await dtc.start([participants.url('a'), participants.url(secrets.refusal)]);
  return dtc.until(id, ({ endedAt }) => endedAt !== undefined);
}

async function abort(dtc: TestCoordinator): Promise<TransactionDocument> {
  const silent = { url: participants.url('silent'), timeoutMs: 20_000 };
  const { id } = await dtc.start({ participants: [participants.url('a'), silent] });
  await dtc.act(id, 'abort', { reason: secrets.abort });
  return dtc.until(id, ({ status }) => status === 'rolledback');
}

async function settle(dtc: TestCoordinator): Promise<TransactionDocument[]> {
  const { id } = await dtc.start([participants.url('a'), participants.url('down')]);
  const stuck = await dtc.until(id, ({ participants: [, down] }) => (down?.attempts ?? 0) > 1);
  await dtc.client.workflow.getHandle(id).terminate('tried');
  await dtc.recover(id);
  await dtc.act(id, 'resolve', { participant: 'p2', outcome: 'committed', reason: secrets.resolve });
  const settled = await dtc.until(id, ({ endedAt }) => endedAt !== undefined);
  return [stuck, settled];
}

/** What of the secrets stands in Temporal's files. */
async function found(): Promise<readonly string[]> {
  const files = (await readdir(temporal.dataDir)).filter(name => !name.endsWith('.log'));
  const texts = await Promise.all(files.map(name => readFile(`${temporal.dataDir}/${name}`, 'latin1')));
  return Object.values(secrets).filter(secret => texts.some(text => text.includes(secret)));
}

/** Without what is another each time. */
function shape({
  status,
  state,
  decision,
  reason,
  participants: all,
  actions,
  locks,
}: TransactionDocument): object {
  return {
    ...{ status, state, decision, reason: reason?.code },
    locks: locks?.map(each => each.resource.length),
    actions: actions?.map(({ action, reason: why }) => [action, why]),
    participants: all.map(({ name, state: its, vote, lastError }) => ({
      ...{ name, its, vote, code: lastError?.code, message: lastError?.message, status: lastError?.status },
    })),
  };
}

it('leaves nothing in plain text that clients and participants sent, and changes nothing else', async () => {
  const plainly = await play(await start());
  expect(await found()).toEqual(Object.values(secrets)); // so they would be found
  await temporal.stop();
  temporal = await startTemporal();
  const sealed = await play(await start(first));
  expect(await found()).toEqual([]);
  expect(sealed.map(shape)).toEqual(plainly.map(shape));
});

it('lists, counts and sweeps what is encrypted', async () => {
  const dtc = await start(first, { sweeps: true });
  const { id } = await commit(dtc);
  const list = async (query: string): Promise<{ transactions: { id: string; participants: object[] }[] }> =>
    (await fetch(`${dtc.url}/transactions?${query}`)).json() as ReturnType<typeof list>;
  await eventually(async () => (await list('status=committed')).transactions.some(each => each.id === id));
  const listed = (await list('status=committed')).transactions.find(each => each.id === id);
  expect(listed?.participants).toMatchObject([{ name: 'paid' }, { name: 'p2' }]);
  const swept = await fetch(`${dtc.url}/orphans/sweep`, { method: 'POST' });
  expect(swept.status).toBe(200);
  expect(await swept.json()).toMatchObject({ findings: [], sweptAt: expect.any(String) as string });
});

it('goes on over a rotation of keys, and from none to some', async () => {
  const wait = { url: participants.url('down'), timeoutMs: 1_000 };
  const begun: string[] = [];
  const env = { DTC_TASK_QUEUE: 'rest' };
  for (const keys of [undefined, first, `${second},${first}`]) {
    const dtc = await start(keys, { env });
    for (const id of begun) expect(await dtc.get(id)).toMatchObject({ state: 'committing' });
    const { id } = await dtc.start({ participants: [participants.url('a'), wait] });
    await dtc.until(id, ({ participants: [, down] }) => down?.lastError !== undefined);
    begun.push(id);
    open.splice(open.indexOf(dtc), 1);
    await dtc.close();
  }
  const last = await start(`${second},${first}`, { env });
  participants.on('down', () => 200);
  for (const id of begun) {
    const ended = await last.until(id, ({ endedAt }) => endedAt !== undefined);
    expect(ended).toMatchObject({ status: 'committed', participants: [{}, { state: 'committed' }] });
  }
});

it('says which key is missing, and goes on once it is there', async () => {
  const env = { DTC_TASK_QUEUE: 'rest' };
  const dtc = await start(first, { env });
  const { id } = await dtc.start([participants.url('a'), participants.url('down')]);
  await dtc.until(id, ({ participants: [, down] }) => down?.lastError !== undefined);
  open.splice(0);
  await dtc.close();

  let lines = '';
  const output = new PassThrough().on('data', chunk => (lines += String(chunk)));
  const without = await start(second, { env, log: createLog('info', output) });
  await fetch(`${without.url}/transactions/${id}`);
  await eventually(() => lines.includes('"keyId":"first"'));
  expect(lines).toContain('DTC_PAYLOAD_KEYS of this process does not have');
  open.splice(0);
  await without.close();

  participants.on('down', () => 200);
  const again = await start(`${second},${first}`, { env });
  expect(await again.until(id, ({ endedAt }) => endedAt !== undefined)).toMatchObject({
    status: 'committed',
  });
});

it('takes what a person sends in plain text with the CLI, and writes down what nobody can read', async () => {
  const dtc = await start(first);
  const { id } = await dtc.start([participants.url('a'), participants.url('down')]);
  await dtc.until(id, ({ participants: [, down] }) => down?.lastError !== undefined);
  const foreign = await start(second, { apiOnly: true });
  await foreign.client.workflow
    .getHandle(id)
    .signal('resolve', { participant: 'p2', outcome: 'unknown', reason: 'lost' });
  const written = await dtc.until(id, ({ actions = [] }) => actions.length > 0);
  expect(written).toMatchObject({ state: 'committing' });
});
