/**
 * Owns wiring and order: what is started stops in the reverse order. Ctrl-C or SIGTERM: stop accepting, answer waiting
 * requests, drain the worker, stop the Temporal server that was started here (it is in a process group of its own, so a
 * Ctrl-C does not reach it first).
 *
 * Fails, with one clear line and exit code 1: bad configuration, a port or data directory in use, no Temporal server.
 */
import { type NativeConnection, type Worker } from '@temporalio/worker';
import { createActivities } from '../activities/transaction';
import { createLockActivities } from '../activities/lock';
import { createSweepActivities } from '../activities/orphans';
import { createApi } from './api/app';
import { listen } from './api/listen';
import { type Config } from './config/config';
import { ConfigError } from './config/configError';
import { loadConfig } from './config/environment';
import { createCoordinator } from './coordinator/transaction';
import { type Engine } from './engine/engine';
import { createLocks } from './coordinator/lock';
import { createOrphans, scheduleSweeps } from './coordinator/orphans';
import { createOutbound } from './outbound';
import { type Outbound } from './outbound/contract';
import { tagOfNamespace } from './protocol/wire/ids';
import { readyBlock } from './telemetry/readyBlock';
import { callLogger } from './telemetry/callLog';
import { sweepLogger } from './telemetry/sweepLog';
import { type Log, createLog } from './telemetry/log';
import { connectionOptions } from './config/temporalOptions';
import { type Connected, connect } from './engine/connect';
import { startDevServer } from './engine/devServer/devServer';
import { installRuntime } from './engine/runtime';
import { registerSearchAttributes } from './engine/searchAttributes';
import { createWorker } from './engine/worker';

/** What has been started, to be stopped in reverse. */
type Closers = { readonly what: string; readonly close: () => Promise<void> }[];

interface Context {
  readonly config: Config;
  readonly log: Log;
  /** Aborts when a signal asks to stop. */
  readonly stopping: AbortSignal;
  readonly closers: Closers;
}

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  installRuntime(log);
  const context: Context = { config, log, stopping: stopSignal(log), closers: [] };
  try {
    await run(context);
  } catch (error) {
    if (!context.stopping.aborted) throw error;
  } finally {
    await closeAll(context);
  }
}

async function run(context: Context): Promise<void> {
  const { config, log, stopping } = context;
  const server = await temporalServer(context);
  const engine = await connected(context, server.address);
  const outbound = createOutbound({
    allowed: config.allowedParticipants,
    ...(config.signingSecret === undefined ? {} : { signingSecret: config.signingSecret }),
  });
  context.closers.push({ what: 'outbound', close: () => outbound.close() });
  const parts = { engine: engineOf(context, engine), connection: engine.connection, outbound };
  const worker = config.role === 'api' ? undefined : await startWorker(context, parts);
  const api = config.role === 'worker' ? undefined : await startApi(context, parts);
  const block = readyBlock({
    role: config.role,
    temporal: server.address,
    namespace: config.temporal.namespace,
    ...(api === undefined ? {} : { api }),
    ...(server.uiUrl === undefined ? {} : { webUi: server.uiUrl }),
  });
  log.info({ api, temporal: server.address, role: config.role }, 'ready');
  (process.stdout.isTTY ? process.stdout : process.stderr).write(`${block}\n`);
  await Promise.race([worker?.failed ?? never(), aborted(stopping)]);
}

async function temporalServer({
  config,
  log,
  stopping,
  closers,
}: Context): Promise<{ address: string; uiUrl?: string }> {
  if (config.temporal.address !== undefined) return { address: config.temporal.address };
  const { dataDir, temporalPort: port, temporalUiPort: uiPort } = config.dev;
  const say = (level: 'info' | 'warn' | 'error', message: string, fields = {}): void => {
    log[level](fields, message);
  };
  const server = await startDevServer({ dataDir, port, uiPort, log: say, signal: stopping });
  closers.push({ what: 'Temporal server', close: () => server.stop() });
  return server;
}

async function connected({ config, log, stopping, closers }: Context, address: string): Promise<Connected> {
  const { namespace } = config.temporal;
  const engine = await connect({
    connection: connectionOptions(config.temporal, address),
    namespace,
    signal: stopping,
    onRetry: why => {
      log.warn({ address, namespace, why }, 'Temporal does not answer yet: trying again');
    },
  });
  closers.push({ what: 'connection', close: () => engine.connection.close() });
  await registerSearchAttributes(engine.connection, namespace);
  return engine;
}

interface Parts {
  readonly engine: Engine;
  readonly connection: NativeConnection;
  readonly outbound: Outbound;
}

function engineOf({ config, log }: Context, connected: Connected): Engine {
  const { client, connection, namespace, retentionMs } = connected;
  return {
    ...{ client, connection, namespace, retentionMs, limits: config.limits, taskQueue: config.taskQueue },
    tag: config.coordinatorId ?? tagOfNamespace(connected.namespaceId),
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    onQueryFailed: err => {
      log.warn({ err }, 'no worker answered a query in time: answering from what Temporal knows');
    },
  };
}

/** `failed` rejects when the worker can no longer run. */
async function startWorker(
  { config, log, closers }: Context,
  { engine, connection, outbound }: Parts,
): Promise<{ failed: Promise<never> }> {
  const { namespace, taskQueue } = engine;
  const activities = {
    ...createActivities({ outbound, log: callLogger(log) }),
    ...createLockActivities(engine),
    ...createSweepActivities({ engine, outbound, log: sweepLogger(log) }),
  };
  const worker = await createWorker({ connection, namespace, taskQueue, activities });
  const run = worker.run();
  closers.push({ what: 'worker', close: () => drain(worker, run) });
  await scheduleSweeps(engine, config.sweep);
  return { failed: run.then(never) };
}

async function drain(worker: Worker, run: Promise<void>): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await run;
}

async function startApi(
  { config, log, stopping, closers }: Context,
  { engine, outbound }: Parts,
): Promise<string> {
  const coordinator = createCoordinator(engine);
  const orphans = createOrphans(engine);
  const server = await listen(
    createApi({ coordinator, orphans, locks: createLocks(engine), outbound, config, log, stopping }),
    config,
  );
  closers.push({ what: 'API', close: () => server.close() });
  return server.url;
}

async function closeAll({ closers, log }: Context): Promise<void> {
  for (const { what, close } of closers.reverse()) {
    try {
      await close();
    } catch (err) {
      log.error({ err }, `could not stop the ${what}`);
      process.exitCode = 1;
    }
  }
  if (closers.length > 0) log.info('stopped');
}

function stopSignal(log: Log): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: string): void => {
    if (!controller.signal.aborted) log.info({ signal }, 'stopping');
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    const known = error instanceof ConfigError || error instanceof Error;
    process.stderr.write(`${known ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
