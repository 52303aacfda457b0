/**
 * Owns the process under test: API and worker as `src/main.ts` wires them, with the production options, on one connection.
 * Besides HTTP it takes load over IPC, so that a transaction and a no-op are started alike, without HTTP before them.
 */
import { createSocket } from 'node:dgram';
import { type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { type WorkerOptions, bundleWorkflowCode } from '@temporalio/worker';
import { type Composed, compose, reachTemporal } from '../src/compose';
import { readConfig } from '../src/config/readConfig';
import { createCoordinator } from '../src/coordinator/transaction';
import { type Coordinator } from '../src/coordinator/transaction/contract';
import { type Connected } from '../src/engine/connect';
import { installRuntime } from '../src/engine/runtime';
import { parseTransactionRequest } from '../src/protocol/client/transactionRequest';
import { type LockRequest } from '../src/protocol/wire/locks';
import { createLookup } from '../src/outbound/names/lookup';
import { createLog } from '../src/telemetry/log';
import { apiTokens, participantUrls } from './callers';
import { measure } from './load';
import { naiveActivities } from './naive';
import { untilStarted } from './refused';
import { type Cost, type Load, type LocksTaken, type Memory, type Question, type Reply } from './protocol';

const [temporalAddress = '', participantsUrl = '', role = 'all'] = process.argv.slice(2);
const config = readConfig({ DTC_API_TOKENS: apiTokens, DTC_ROLE: role });

interface UnderTest {
  readonly engine: Connected;
  /** Of callers who need not authenticate. */
  readonly coordinator: Coordinator;
  /** Of those who do: what they start is listed by who they are. */
  readonly guarded: Coordinator;
}

async function main(): Promise<void> {
  const log = createLog(config.logLevel);
  installRuntime(log);
  const lookup = createLookup({ servers: [await silentServer()] });
  const around = { config, log, stopping: new AbortController().signal, lookup };
  const engine = await reachTemporal(around, temporalAddress);
  const parts = compose(engine, around);
  if (config.role !== 'api') await startWorker(parts);
  const server = createServer(parts.createApi());
  const url = await listening(server);
  const open = createCoordinator({ ...parts.engine, knowsCallers: false });
  answerQuestions({ engine, coordinator: open, guarded: parts.coordinator });
  tell({ ready: { url } });
}

async function startWorker(parts: Composed): Promise<void> {
  const worker = await parts.createWorker({
    workflowBundle: await bundle(),
    activities: { ...parts.activities, ...naiveActivities },
  });
  void worker.run();
  await parts.scheduleSweeps();
}

/** A name server that never answers: nothing else here is called by a name. */
async function silentServer(): Promise<string> {
  const server = createSocket('udp4');
  await new Promise<void>(resolve => server.bind(0, '127.0.0.1', resolve));
  return `127.0.0.1:${server.address().port}`;
}

/** The production bundle, and what it is compared with. */
async function bundle(): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const quiet = (): void => undefined;
  return bundleWorkflowCode({
    workflowsPath: join(__dirname, 'workflows.js'),
    workflowInterceptorModules: [join(__dirname, '../workflows/interceptors.js')],
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answerQuestions(it: UnderTest): void {
  process.on('message', (question: Question) => {
    void answer(it, question).then(tell);
  });
}

async function answer(it: UnderTest, question: Question): Promise<Reply> {
  switch (question.ask) {
    case 'load':
      return load(it, question.load);
    case 'costs':
      return { costs: await Promise.all(question.ids.map(id => cost(it, id))) };
    case 'memory':
      return { memory: memory() };
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000 };
    }
  }
}

async function load(it: UnderTest, of: Load): Promise<Reply> {
  const ids: string[] = [];
  let refused = 0;
  const measured = await measure(of, async () => {
    ids.push(await one(it, of, () => (refused += 1)));
  });
  return { ran: { ...measured, ids, refused } };
}

/** Started, and waited for until it has ended. */
async function one(it: UnderTest, load: Load, onRefused: () => void): Promise<string> {
  const start = load.of === 'transaction' ? startTransaction : startPlain;
  const id = await untilStarted(() => start(it, load), onRefused);
  await it.engine.client.workflow.getHandle(id).result();
  return id;
}

async function cost({ engine }: UnderTest, id: string): Promise<Cost> {
  const { raw } = await engine.client.workflow.getHandle(id).describe();
  const { stateTransitionCount, historyLength, historySizeBytes } = raw.workflowExecutionInfo ?? {};
  return {
    transitions: Number(stateTransitionCount),
    events: Number(historyLength),
    bytes: Number(historySizeBytes),
  };
}

/** Far more than are in flight, so that none is wanted twice at a time. */
const usedResources = 100;

let plain = 0;

async function startPlain({ engine }: UnderTest, { of, participants }: Load): Promise<string> {
  const workflowId = `${of}-${process.pid}-${(plain += 1)}`;
  await engine.client.workflow.start(of, {
    workflowId,
    taskQueue: config.taskQueue,
    args: of === 'noop' ? [] : [participantUrls(participantsUrl, participants, '')],
    workflowTaskTimeout: '3s',
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
    requestEagerStart: true,
  });
  return workflowId;
}

async function startTransaction(
  { coordinator, guarded }: UnderTest,
  { participants, locks, listed }: Load,
): Promise<string> {
  const body = {
    participants: participantUrls(participantsUrl, participants, '/prepare'),
    ...(locks === undefined ? {} : { locks: locksOf(locks), lockTimeoutMs: 60_000 }),
    ...(listed === undefined ? {} : { labels: labelsOf(listed.labels) }),
  };
  const parsed = parseTransactionRequest(body, config.limits);
  if (parsed.is === 'refused') throw new Error(JSON.stringify(parsed.problems));
  return (
    await (listed === undefined ? coordinator : guarded).start({
      request: parsed.request,
      caller: { name: 'bench', plainName: 'bench', ownsUnmarked: true },
    })
  ).document.id;
}

let labelled = 0;

/** As an order has them: the first is its own. */
function labelsOf(count: number): Record<string, string> {
  labelled += 1;
  const values = Array.from({ length: count }, (_, nth) =>
    nth === 0 ? `order-${labelled}` : `value-${nth}`,
  );
  return Object.fromEntries(values.map((value, nth) => [`key${nth}`, value]));
}

let locked = 0;

function locksOf({ count, on }: LocksTaken): LockRequest[] {
  const nth = (locked += 1);
  const name = { fresh: `fresh/${process.pid}/${nth}`, used: `used/${nth % usedResources}`, hot: 'hot' }[on];
  return Array.from({ length: count }, (_, i) => ({ resource: `${name}/${i}`, mode: 'exclusive' }));
}

function memory(): Memory {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}

function tell(reply: Reply): void {
  process.send?.(reply);
}

process.once('disconnect', () => process.exit());
main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
