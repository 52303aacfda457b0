/** PROTOCOL I6, I10: several API and worker processes on one Temporal server, and a worker that dies with an activity in hand. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { type Participants, hang, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';

const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
/** "About five seconds", on a machine that does other things too. */
const takenOverWithinMs = 6_500;

let participants: Participants;
let apis: CoordinatorProcess[];
let workers: CoordinatorProcess[];

beforeAll(async () => {
  participants = await startParticipants();
  const shared = { TEMPORAL_ADDRESS: address, DTC_TASK_QUEUE: `replicas-${randomUUID()}` };
  const start = (role: string): Promise<CoordinatorProcess> => startProcess({ ...shared, DTC_ROLE: role });
  [apis, workers] = await Promise.all([
    Promise.all([start('api'), start('api')]),
    Promise.all([start('worker'), start('worker')]),
  ]);
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

const urls = (...names: string[]): string[] => names.map(name => participants.url(name));
const api = (i: number): string => apis[i % apis.length]?.url ?? '';

it('shares the work of two APIs between two workers, and either API knows every transaction', async () => {
  participants.on('refuses', r => (r.phase === 'prepare' ? 409 : undefined));
  const refused = (i: number): boolean => i % 4 === 0;
  const started = await Promise.all(
    Array.from({ length: 40 }, (_, i) => post(api(i), urls('a', refused(i) ? 'refuses' : 'b'))),
  );
  for (const [i, { id }] of started.entries()) {
    const document = await untilEnded(api(i + 1), id);
    expect(document.status).toBe(refused(i) ? 'rolledback' : 'committed');
    expect(faultsOf(document, participants)).toEqual([]);
    expect(participants.requests(id)).toHaveLength(4);
  }
  for (const { printed } of workers) expect(printed.stdout).toContain('"msg":"decided commit"');
});

it('makes one transaction of a key that is sent to both APIs at once', async () => {
  const both = Array.from({ length: 20 }, (_, i) =>
    post(api(i), urls('once', 'twice'), { 'idempotency-key': 'replicas' }),
  );
  const ids = new Set((await Promise.all(both)).map(({ id }) => id));
  expect(ids.size).toBe(1);
  const [id = ''] = ids;
  const document = await untilEnded(api(0), id);
  expect(faultsOf(document, participants)).toEqual([]);
  expect(participants.received.filter(r => r.name === 'once').map(r => [r.transactionId, r.phase])).toEqual([
    [id, 'prepare'],
    [id, 'commit'],
  ]);
});

it('settles within about five seconds what a killed worker had in hand', async () => {
  participants.on('holds', r => (r.phase === 'commit' && r.nth === 1 ? hang : undefined));
  const { id } = await post(api(0), { participants: urls('a', 'holds'), timeoutMs: 60_000 });
  await eventually(() => participants.requests(id, 'holds', 'commit').length === 1, 40_000);
  const holder = await workerOf(id);
  const killedAt = Date.now();
  await holder.kill();
  const document = await untilEnded(api(0), id);
  expect(document.status).toBe('committed');
  expect(faultsOf(document, participants)).toEqual([]);
  expect(participants.phases(id, 'holds')).toEqual(['prepare', 'commit', 'commit']);
  expect(Date.parse(document.endedAt ?? '') - killedAt).toBeLessThan(takenOverWithinMs);
});

/** The worker process that runs the transaction's activity: Temporal knows it as `<pid>@<host>`. */
async function workerOf(id: string): Promise<CoordinatorProcess> {
  const connection = await Connection.connect({ address });
  try {
    const { raw } = await new Client({ connection }).workflow.getHandle(id).describe();
    const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
    const found = workers.find(({ pid }) => identity.includes(`/${pid}@`));
    if (found === undefined) throw new Error(`no worker of ours holds the activity, but "${identity}"`);
    return found;
  } finally {
    await connection.close();
  }
}
