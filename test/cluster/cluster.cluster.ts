/**
 * What is promised, on a Temporal cluster instead of the development server: frontend, history, matching and worker service as four
 * processes, PostgreSQL for state and visibility. Two APIs and two workers are under load while one part after another is lost.
 */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NativeConnection } from '@temporalio/worker';
import { ROOT } from '../devServer/fixture';
import { freePort } from '../support/listening';
import { type Load, judge, longestPause, quantile, startLoad } from '../support/load';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import { eventually, until } from '../support/until';
import { type Cluster, startCluster } from './support/cluster';
import { type ServiceName, serviceNames } from './support/services';

const run = promisify(execFile);

const lanes = 4;
const enough = 40;
const patienceMs = 120_000;

let cluster: Cluster;
let participants: Participants;
let start: Record<'api' | 'worker', () => Promise<CoordinatorProcess>>;
let apis: CoordinatorProcess[];
let workers: CoordinatorProcess[];
const told: string[] = [];

beforeAll(async () => {
  const programs = execFileSync(process.execPath, [join(__dirname, 'build.mjs')], {
    encoding: 'utf8',
  }).trim();
  cluster = await startCluster(programs);
  participants = await startParticipants();
  const shared = { TEMPORAL_ADDRESS: cluster.address, DTC_LOG_LEVEL: 'warn' };
  start = {
    api: async () => startProcess({ ...shared, DTC_ROLE: 'api', DTC_PORT: String(await freePort()) }),
    worker: () => startProcess({ ...shared, DTC_ROLE: 'worker' }),
  };
  apis = [await start.api(), await start.api()];
  workers = [await start.worker(), await start.worker()];
});
afterAll(async () => {
  console.log(told.join('\n'));
  await endProcesses();
  await participants.close();
  await cluster.end();
});

const urls = (...names: string[]): string[] => names.map(name => participants.url(name));
const fronts = (): string[] => apis.map(({ url }) => url);

/** Under load before it, during it, and after it for as long as it takes to accept as many again. */
async function underLoad(what: string, trouble: () => Promise<void>): Promise<void> {
  const load: Load = startLoad({ participants, lanes, fronts });
  try {
    await eventually(() => load.accepted.length >= enough, patienceMs);
    await trouble();
    const after = load.accepted.length;
    await eventually(() => load.accepted.length >= after + enough, patienceMs);
  } finally {
    await load.stop();
  }
  const { faults, delaysMs } = await judge(load, participants, fronts()[0] ?? '');
  told.push(
    `${what}: ${load.accepted.length} transactions, ${load.failures.length} requests without an answer and repeated; ` +
      `from request to outcome: median ${quantile(delaysMs, 0.5)} ms, longest ${delaysMs.at(-1)} ms; ` +
      `nobody was answered for ${longestPause(load)} ms at most`,
  );
  expect(faults).toEqual([]);
}

it('registers the search attributes in the columns of SQL, and lists by each of them', async () => {
  const connection = await NativeConnection.connect({ address: cluster.address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  await connection.close();
  const columns = Object.entries(config?.customSearchAttributeAliases ?? {}).map(
    ([column, name]) => `${name} in ${column}`,
  );
  expect(Object.keys(customAttributes).sort()).toEqual(
    expect.arrayContaining([
      'NeedsAttention',
      'ParticipantHosts',
      'StartedBy',
      'TransactionHeuristic',
      'TransactionLabels',
      'TransactionState',
      'TransactionStatus',
    ]),
  );
  const [url = ''] = fronts();
  const host = new URL(participants.origin).host;
  const { id } = await post(url, { participants: urls('a', 'b'), labels: { shop: 'north' } });
  await untilEnded(url, id);
  for (const filter of ['status=committed', 'state=committed', 'label.shop=north', 'needsAttention=false'])
    await until(
      async () => (await fetch(`${url}/transactions?${filter}`)).text(),
      text => text.includes(id),
      { withinMs: 30_000 },
    );
  const asked = await fetch(`${url}/transactions?participant=${host}`);
  expect(asked.status).toBe(200);
  expect(columns).toHaveLength(Object.keys(customAttributes).length);
  told.push(`search attributes on SQL: ${columns.sort().join(', ')}`);
});

it('plays the demo, and the banks agree with the coordinator', async () => {
  const main = join(ROOT, 'dist/examples/demo/main.js');
  const { stdout } = await run(process.execPath, [main, '--temporal', cluster.address]);
  const [, verdict = ''] = stdout.split('What the databases say');
  told.push(`the demo: ${verdict.trim().split('\n').slice(1).join('\n  ')}`);
});

it('holds under load while nothing is lost', () => underLoad('no trouble', () => Promise.resolve()));

it('holds when a worker of ours is killed, and another takes over', () =>
  underLoad('SIGKILL to a worker of ours', async () => {
    await workers[0]?.kill();
    workers[0] = await start.worker();
  }));

it('holds when an API process of ours is killed', () =>
  underLoad('SIGKILL to an API process of ours', async () => {
    const [killed] = apis;
    await killed?.kill();
    apis[0] = await start.api();
  }));

it.each(serviceNames)("holds when Temporal's %s service is killed and started again", (name: ServiceName) =>
  underLoad(`SIGKILL to Temporal's ${name}`, async () => {
    await cluster.kill(name);
    cluster.start(name);
  }),
);

it('holds when PostgreSQL is stopped and started again', () =>
  underLoad('PostgreSQL restarted', async () => {
    await cluster.postgres.stop();
    await cluster.postgres.start();
  }));

it('holds when PostgreSQL is killed and started again', () =>
  underLoad('SIGKILL to PostgreSQL', async () => {
    await cluster.postgres.kill();
    await cluster.postgres.start();
  }));
