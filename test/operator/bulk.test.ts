/** PROTOCOL §3, many at once on a real server: who is found to wait, what is done to each, and what stays as it is. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type BulkReport, type SickHosts } from '../../src/protocol/client/many';
import { type ForeseenDocument } from '../../src/protocol/client/foreseen';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type CountOfTransactions, type ListOfTransactions } from '../../src/protocol/client/listed';
import { type Participants, always, hang, startParticipants } from '../support/participants';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

/** A straggler of a moment ago waits for a minute: nothing but what is asked for happens meanwhile. */
const limits = {
  ...{ prepareTimeoutMs: 1_000, completionTimeoutMs: 1_000, prepareAttempts: 2, completionAttempts: 1 },
  ...{ retryInitialMs: 60_000, retryMaxMs: 60_000, attentionRetryMs: 60_000 },
};
/** The server is shared: what is asked of all is asked of this file's. */
const env = { DTC_COORDINATOR_ID: `bulk${randomUUID().slice(0, 8)}`, DTC_MAX_PARTICIPANTS: '200' };
const world = useWorld({ limits, env });

let old: Participants;
beforeEach(async () => {
  old = await startParticipants();
  old.on('gone', r => (r.phase === 'commit' ? 503 : undefined));
});
afterEach(async () => {
  const { client, taskQueue } = world.dtc;
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running' AND WorkflowType = 'transaction'`;
  for await (const { workflowId } of client.workflow.list({ query }))
    // what one test leaves open is none of the next one's
    await client.workflow.getHandle(workflowId).terminate('the test is over').catch(endedMeanwhile);
  await old.close();
});

function endedMeanwhile(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

const hostOf = ({ origin }: Pick<Participants, 'origin'>): string => new URL(origin).host;

async function ask(action: 'retry' | 'resolve', body: object): Promise<BulkReport> {
  const response = await fetch(`${world.dtc.url}/transactions/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as BulkReport;
  if (response.status !== 200) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Those that wait for one at `old` in phase two, and need attention. */
async function stuck(count: number, ...others: string[]): Promise<string[]> {
  const { dtc } = world;
  const started = await Promise.all(
    Array.from({ length: count }, () => dtc.start([old.url('gone'), ...others])),
  );
  for (const { id } of started) await dtc.until(id, d => d.needsAttention);
  return started.map(({ id }) => id);
}

/** Visibility may lag. */
function untilMatched(action: 'retry' | 'resolve', body: object, matched: number): Promise<void> {
  return eventually(async () => (await ask(action, { ...body, dryRun: true })).matched === matched);
}

const forced = (document: TransactionDocument): unknown[] => document.participants.map(p => p.forced);
const gone = { outcome: 'rolledback', reason: 'switched off, nothing was booked' };

it('resolves all that wait for a host, each with its author, and no other; dry first, then in two goes', async () => {
  const { dtc, participants } = world;
  let isDown = true;
  participants.on('down', r => (r.phase === 'commit' && isDown ? 503 : undefined));
  const ids = await stuck(3, participants.url('healthy'));
  const elsewhere = await dtc.start([old.url('well'), participants.url('down')]); // has been at that host, and waits for another
  await dtc.until(elsewhere.id, d => d.needsAttention && d.participants[0]?.state === 'committed');
  const what = { ...gone, participant: hostOf(old) };
  await untilMatched('resolve', what, 3);

  expect(await ask('resolve', { ...what, dryRun: true })).toEqual({
    ...{ matched: 3, acted: 0, failed: [], dryRun: true },
    heuristic: { mixed: 3, hazard: 0 },
  });
  for (const id of ids) expect(forced(await dtc.get(id))).toEqual([undefined, undefined]);
  const { hostname } = new URL(old.origin);
  const hint = expect.stringContaining(`"${hostOf(old)}"`) as string;
  expect(await ask('resolve', { ...what, participant: hostname })).toEqual({
    ...{ matched: 0, acted: 0, failed: [], dryRun: false, hint },
  });
  const odd = { ...what, participant: "it's.example.com" };
  expect(await ask('resolve', odd)).toEqual({ matched: 0, acted: 0, failed: [], dryRun: false });

  const first = await ask('resolve', { ...what, limit: 2 });
  expect(first).toEqual({ matched: 2, acted: 2, failed: [], dryRun: false, stoppedBy: 'limit' });
  await eventually(async () => (await ask('resolve', what)).acted === 1);
  await untilMatched('resolve', what, 0);
  for (const id of ids) {
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document).toMatchObject({
      ...{ status: 'committed', heuristic: 'mixed', needsAttention: false },
      participants: [{ forced: { ...gone, by: 'anonymous' } }, { state: 'committed' }],
      actions: [{ action: 'resolve', participant: 'p1', by: 'anonymous', ...gone }],
    });
  }
  const other = await dtc.get(elsewhere.id);
  expect([other.state, other.actions, forced(other)]).toEqual([
    'committing',
    undefined,
    [undefined, undefined],
  ]);
  isDown = false;
  await dtc.act(elsewhere.id, 'retry');
});

/** What each would come to as it says itself, where it is settled alone: so many are mixed, so many hazard. */
async function foreseen(ids: readonly string[], said: object): Promise<BulkReport['heuristic']> {
  const each = await Promise.all(
    ids.map(async id => {
      const answer = await world.dtc.act(id, 'resolve', { participant: 'p1', ...said, dryRun: true });
      return ((await answer.json()) as ForeseenDocument).follows.heuristic;
    }),
  );
  const many = (which: string): number => each.filter(is => is === which).length;
  return { mixed: many('mixed'), hazard: many('hazard') };
}

it('says how many would end heuristic, as each of them says itself, whatever was decided and said before', async () => {
  const { dtc, participants } = world;
  const participant = hostOf(old);
  old.on('deaf', r => (r.phase === 'rollback' ? 503 : undefined));
  old.on('hangs', always('commit', hang));
  participants.on('no', always('prepare', 409));
  participants.on('late', r => (r.phase === 'commit' ? 503 : undefined));
  const [plain = '', partly = ''] = await stuck(2, participants.url('late'));
  const other = { participant: 'p2', outcome: 'unknown', reason: 'burnt down' };
  expect((await dtc.act(partly, 'resolve', other)).status).toBe(200);
  const back = await dtc.start([old.url('deaf'), participants.url('no')]);
  await dtc.until(back.id, d => d.needsAttention);
  const decided = [plain, partly, back.id];
  for (const [outcome, heuristic] of [
    ['committed', { mixed: 1, hazard: 1 }],
    ['rolledback', { mixed: 2, hazard: 0 }],
    ['unknown', { mixed: 0, hazard: 3 }],
  ] as const) {
    const said = { outcome, reason: 'seen' };
    await untilMatched('resolve', { ...said, participant }, 3);
    expect(await ask('resolve', { ...said, participant, dryRun: true })).toMatchObject({ heuristic });
    expect(await foreseen(decided, said)).toEqual(heuristic);
  }

  const { id } = await dtc.start({
    participants: [{ url: old.url('hangs'), timeoutMs: 60_000 }],
    ...{ onCommitFailure: 'rollback', timeoutMs: 600_000 },
  });
  await dtc.until(id, d => d.state === 'committing');
  expect((await dtc.act(id, 'retry')).status).toBe(200); // so it is listed
  const said = { ...gone, participant };
  await untilMatched('resolve', said, 4);
  expect(await ask('resolve', { ...said, dryRun: true })).toMatchObject({
    heuristic: { mixed: 2, hazard: 0, undecided: 1 },
  });
});

it('settles each participant at the host that phase two waits for, and before a decision none', async () => {
  const { dtc } = world;
  old.on('undecided', ({ phase }) => (phase === 'prepare' ? 503 : undefined));
  const [id = ''] = await stuck(1, old.url('well'), `${old.origin}/gone/prepare?2`);
  const open = await dtc.start({ participants: [old.url('undecided')], timeoutMs: 600_000 });
  await dtc.until(open.id, d => d.participants[0]?.nextAttemptAt !== undefined);
  const what = { participant: hostOf(old), outcome: 'committed', reason: 'all are in its log' };
  await eventually(async () => (await ask('resolve', what)).acted === 1);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.participants.map(p => p.state)).toEqual(['forced', 'committed', 'forced']);
  expect(document.heuristic).toBeUndefined();
  expect(await dtc.get(open.id)).toMatchObject({ state: 'preparing', decision: null });
});

it('retries all that wait for a host, and what answers then goes on', async () => {
  const { dtc, participants } = world;
  const ids = await stuck(3);
  participants.on('other', r => (r.phase === 'commit' ? 503 : undefined));
  const other = await dtc.start([participants.url('other')]);
  await dtc.until(other.id, d => d.needsAttention);
  await untilMatched('retry', { needsAttention: true }, 4);
  await untilMatched('retry', {}, 4);
  const what = { participant: hostOf(old), needsAttention: true };
  old.on('gone', () => 200);
  expect(await ask('retry', what)).toEqual({
    ...{ matched: 3, acted: 3, asking: 0, failed: [], dryRun: false },
  });
  for (const id of ids) {
    const { status, actions } = await dtc.until(id, d => d.endedAt !== undefined);
    expect({ status, actions }).toMatchObject({
      status: 'committed',
      actions: [{ action: 'retryNow', by: 'anonymous' }],
    });
  }
  expect((await dtc.get(other.id)).actions).toBeUndefined();
  participants.on('other', () => 200);
  expect(await ask('retry', {})).toMatchObject({ matched: 1, acted: 1 });
});

it('does not cut off who is being asked at this moment, and says how many are', async () => {
  const { dtc } = world;
  const { id } = await dtc.start({ participants: [{ url: old.url('gone'), timeoutMs: 20_000 }] });
  await dtc.until(id, d => d.needsAttention);
  await untilMatched('retry', {}, 1);
  old.on('gone', ({ phase }) => (phase === 'commit' ? () => undefined : undefined));
  expect(await ask('retry', {})).toMatchObject({ acted: 1 });
  await eventually(() => old.requests(id, 'gone', 'commit').length === 2);
  for (const dryRun of [true, false])
    expect(await ask('retry', { participant: hostOf(old), dryRun })).toEqual({
      ...{ matched: 0, acted: 0, asking: 1, failed: [], dryRun },
    });
  expect(await ask('retry', { participant: hostOf(world.participants) })).toMatchObject({ asking: 0 });
  await dtc.act(id, 'resolve', { participant: 'p1', outcome: 'unknown', reason: 'the test is over' });
});

it('says of each why it was not acted on', async () => {
  const { dtc } = world;
  const [id = ''] = await stuck(1);
  const what = { ...gone, participant: hostOf(old) };
  await untilMatched('resolve', what, 1);
  const { workflow } = dtc.client;
  const getHandle = workflow.getHandle.bind(workflow);
  const spy = jest.spyOn(workflow, 'getHandle').mockImplementation((...which) => {
    const handle = getHandle(...which);
    const described = handle.describe.bind(handle);
    handle.describe = async () => {
      const seen = await described();
      const word = { participant: 'p1', outcome: 'committed', reason: 'seen there', by: 'bob' };
      spy.mockRestore();
      await getHandle(id).executeUpdate('resolve', { args: [word] }); // a colleague was faster
      return seen;
    };
    return handle;
  });
  const report = await ask('resolve', what);
  expect(report).toMatchObject({ matched: 1, acted: 0, failed: [{ id }] });
  expect(report.failed[0]?.why).toMatch(/"p1" was resolved as committed by bob/);
});

it('names whom transactions wait for, most first, as they are now', async () => {
  const { dtc, participants } = world;
  participants.on('sick', r => (r.phase === 'commit' ? 503 : undefined));
  const ids = await stuck(2, participants.url('sick')); // both hosts, and each needs attention
  const [third = ''] = await stuck(1);
  const look = async (): Promise<SickHosts> =>
    (await (await fetch(`${dtc.url}/participants`)).json()) as SickHosts;
  const seen = (hosts: SickHosts): unknown =>
    hosts.participants.map(p => [p.host, p.waiting, p.needsAttention]);
  const untilSeen = (expected: unknown): Promise<void> =>
    eventually(async () => JSON.stringify(seen(await look())) === JSON.stringify(expected));
  const [a, b] = [hostOf(old), hostOf(participants)];
  await untilSeen([
    [a, 3, 3],
    [b, 2, 2],
  ]);
  const {
    participants: [first],
  } = await look();
  const decided = await Promise.all([...ids, third].map(async id => (await dtc.get(id)).decidedAt ?? ''));
  expect(first).toMatchObject({
    since: [...decided].sort()[0],
    lastError: { code: 'unavailable', status: 503, message: 'answered 503' },
  });

  participants.on('sick', () => 200); // it is well again, which those that still wait for the other do not write down
  expect(await ask('retry', { participant: b })).toMatchObject({ acted: 2 });
  for (const id of ids) await dtc.until(id, d => d.participants[1]?.state === 'committed');
  await untilSeen([[a, 3, 3]]);
  await ask('resolve', { ...gone, participant: a });
  await untilSeen([]);
});

const ifLinux = process.platform === 'linux' ? describe : describe.skip; // others have one loopback address

ifLinux('of more hosts than are listed', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const fails =
        request.headers.host?.startsWith('127.100.100.95:') === true && request.url?.endsWith('/commit');
      request.resume().once('end', () => response.writeHead(fails === true ? 503 : 200).end('{}'));
    });
    await once(server.listen(0, '0.0.0.0'), 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** The ids that a list has of a host, and the count. */
  async function listed(host: string, more = ''): Promise<[string[], number]> {
    const get = async <T>(path: string): Promise<T> => {
      const response = await fetch(`${world.dtc.url}${path}?participant=${host}${more}`);
      if (response.status !== 200) throw new Error(await response.text());
      return (await response.json()) as T;
    };
    const { transactions } = await get<ListOfTransactions>('/transactions');
    const { count } = await get<CountOfTransactions>('/transactions/count');
    return [transactions.map(({ id }) => id), count];
  }

  it('finds the one that has no place in the list, and lists it', async () => {
    const { port } = server.address() as AddressInfo;
    const host = (nth: number): string => `127.100.100.${String(nth)}:${String(port)}`;
    const urls = Array.from({ length: 95 }, (_, at) => `http://${host(at + 1)}/prepare`);
    const patient = urls.map(url => ({ url, timeoutMs: 30_000 })); // so many at once may take more than a second
    const { id } = await world.dtc.start({ participants: patient });
    await world.dtc.until(id, d => d.needsAttention);
    const what = { ...gone, participant: host(95) };
    await untilMatched('resolve', what, 1);
    expect(await ask('resolve', { ...what, participant: host(3) })).toMatchObject({ matched: 0 });
    for (const nth of [3, 95]) expect(await listed(host(nth))).toEqual([[id], 1]);
    expect(await listed(host(96))).toEqual([[], 0]);
    expect(await ask('resolve', what)).toMatchObject({ acted: 1 });
    expect(forced(await world.dtc.until(id, d => d.endedAt !== undefined)).at(-1)).toMatchObject(gone);
    await eventually(async () => (await listed(host(95), '&status=committed'))[1] === 1);
    for (const nth of [3, 95]) expect(await listed(host(nth))).toEqual([[id], 1]);
  });
});
