/**
 * Owns the program: what is started (`assembly.ts`) stops in the reverse order. Ctrl-C or SIGTERM: stop accepting, answer waiting
 * requests, drain the worker, stop the Temporal server that was started here (it is in a process group of its own, so a
 * Ctrl-C does not reach it first).
 *
 * Fails, with one clear line and exit code 1: bad configuration, a port or data directory in use, no Temporal server.
 */
import { listen } from './api/listen';
import { assemble, closeAll, type Closers, never, startWorker } from './assembly';
import { type Composed, type Surroundings, reachTemporal } from './compose';
import { isAuthenticated } from './config/bindRule';
import { loadConfig } from './config/environment';
import { type DevServer, startDevServer } from './engine/devServer/devServer';
import { holderOf } from './engine/devServer/portHolder';
import { saidBy } from './engine/errors';
import { installRuntime } from './engine/runtime';
import { descriptorShares } from './outbound/limits/descriptors';
import { type Log, createLog, flushed } from './telemetry/log';
import { type Update, addTemporal } from './telemetry/metrics/temporal';
import { notOurs, readyBlock } from './telemetry/readyBlock';
import { type Traces } from './telemetry/traces/contract';
import { openTraces } from './telemetry/traces/open';
import { given } from './protocol/wire/given';
import { plainLines } from './protocol/wire/plainText';

interface Context extends Surroundings {
  readonly closers: Closers;
  /** What Temporal's SDK has measured since the last time. */
  readonly measured: () => Iterable<Update>;
}

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const buffer = installRuntime(log);
  const measured = (): Iterable<Update> => buffer.retrieveUpdates();
  const context: Context = { config, log, stopping: stopSignal(log), closers: [], measured };
  try {
    await run(context);
  } catch (error) {
    if (!context.stopping.aborted) throw error;
  } finally {
    const failures = await closeAll(context.closers, log);
    if (failures.length > 0) process.exitCode = 1;
    await flushed(log);
  }
}

async function run(context: Context): Promise<void> {
  const { config, log, stopping } = context;
  const server = await temporalServer(context);
  const traces = traced(context);
  const reached = await reachTemporal(context, server.address);
  const parts = await assemble(reached, { ...context, ...given({ trouble: server.trouble, traces }) });
  parts.metrics.addProcess();
  addTemporal(parts.metrics.registry, context.measured);
  const metrics = config.metricsPort === undefined ? undefined : await startMetrics(context, parts);
  const worker = config.role === 'api' ? undefined : await startWorker(parts, context.closers);
  const api = config.role === 'worker' ? undefined : await startApi(context, parts);
  const block = readyBlock({
    isOpen: !isAuthenticated(config),
    role: config.role,
    hasConsole: config.console,
    temporal: server.address,
    namespace: config.temporal.namespace,
    own: config.temporal.address === undefined,
    ...given({ api, metrics, webUi: server.uiUrl }),
  });
  if (worker !== undefined) warnOfSharedSecret(context);
  log.info({ api, temporal: server.address, role: config.role }, 'ready');
  (process.stdout.isTTY ? process.stdout : process.stderr).write(`${block}\n`);
  await Promise.race([worker?.failed ?? never(), aborted(stopping)]);
}

/** Closed last but the server: what stops before it tells its spans yet. */
function traced({ config, log, closers }: Context): Traces | undefined {
  const traces = openTraces(config.traces, log);
  if (traces === undefined) return undefined;
  log.info({ ...config.traces }, 'traces go to a collector');
  closers.push({ what: 'traces', close: () => traces.close() });
  return traces;
}

/** What it gives up is said to whoever chose it, once. */
function warnOfSharedSecret({ config, log }: Context): void {
  if (config.signingSecrets === undefined) return;
  const each = 'with DTC_SIGNING_MASTER_KEY each participant has a secret of its own';
  log.warn(
    `DTC_SIGNING_SECRET is one secret for all participants: each can sign for every other, and what one was sent is good at another for five minutes; ${each} (docs/PARTICIPANTS.md, "Signatures")`,
  );
}

async function temporalServer({
  config,
  log,
  stopping,
  closers,
}: Context): Promise<{ address: string } & Partial<Pick<DevServer, 'uiUrl' | 'trouble'>>> {
  const { address } = config.temporal;
  if (address !== undefined) {
    log.info({ address }, `the Temporal server is ${notOurs}`);
    return { address };
  }
  const { dataDir, temporalPort: port, temporalUiPort: uiPort } = config.dev;
  const say = (level: 'info' | 'warn' | 'error', message: string, fields = {}): void => {
    log[level](fields, message);
  };
  const server = await startDevServer({ dataDir, port, uiPort, log: say, signal: stopping });
  closers.push({ what: 'Temporal server', close: () => server.stop() });
  return server;
}

async function startApi({ config, closers }: Context, parts: Composed): Promise<string> {
  const maxConnections = descriptorShares().in;
  const server = await listen(parts.createApi(), { ...config, holderOf, maxConnections });
  closers.push({ what: 'API', close: () => server.close() });
  return server.url;
}

/** Before the worker, and after it when they stop: a worker that begins, or drains, says so. */
async function startMetrics({ config, closers }: Context, parts: Composed): Promise<string> {
  const place = { ...config, port: config.metricsPort ?? 0, portSetting: 'DTC_METRICS_PORT', holderOf };
  const server = await listen(parts.createMetricsApi(), place);
  closers.push({ what: 'metrics', close: () => server.close() });
  return server.url;
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

/** What Temporal said of it is in a cause, where there is one. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = saidBy(error);
  return said === '' || error.message.includes(said) ? error.message : `${error.message}: ${said}`;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${plainLines(told(error))}\n`);
    process.exit(1);
  },
);
