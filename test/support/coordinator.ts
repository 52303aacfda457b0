/**
 * Owns a coordinator for tests: the shared real Temporal server, a task queue of its own, real API and worker in this
 * process, the production workflow bundle. Retries are quick; everything else is as shipped.
 */
import { randomUUID } from 'node:crypto';
import { type Client } from '@temporalio/client';
import { Runtime, type Worker } from '@temporalio/worker';
import { listen } from '../../src/api/listen';
import { compose, reachTemporal } from '../../src/compose';
import { type Limits } from '../../src/config/config';
import { readConfig } from '../../src/config/readConfig';
import { sweepIdOf } from '../../src/coordinator/orphans/reports';
import { type Recovered } from '../../src/coordinator/transaction/contract';
import { type WorkerSettings } from '../../src/engine/worker';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type CallLog } from '../../src/telemetry/callLog';
import { type Log } from '../../src/telemetry/log';
import { type NotificationLog } from '../../src/telemetry/notificationLog';
import { type ActionLog } from '../../src/telemetry/sweepLog';
import { type Traces } from '../../src/telemetry/traces/contract';
import { documented } from './documented';
import { silentLog } from './silentLog';
import { until } from './until';

/** A line that a workflow logged. */
export interface WorkflowLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the workflows of this test file logged, in order. */
export const workflowLog: WorkflowLine[] = [];

Runtime.install({
  shutdownSignals: [],
  logger: createRecordingLogger(),
  telemetryOptions: { logging: { forward: {} } },
});

export interface TestOptions {
  readonly limits?: Partial<Limits>;
  /** `DTC_` settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** 0: every step replays. */
  readonly maxCachedWorkflows?: number;
  /** Default: the server that the whole run shares. */
  readonly temporalAddress?: string;
  /** No worker is started. */
  readonly apiOnly?: boolean;
  /** In the place of its own. */
  readonly activities?: WorkerSettings['activities'];
  readonly onRequest?: (entry: CallLog) => void;
  /** Its worker makes the Schedule of the orphan sweep. Needs a `DTC_COORDINATOR_ID` of its own: the server is shared. */
  readonly sweeps?: boolean;
  readonly onSweepAction?: (entry: ActionLog) => void;
  readonly onNotification?: (entry: NotificationLog) => void;
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** Default: nothing is traced. */
  readonly traces?: Traces;
}

export interface TestCoordinator {
  readonly url: string;
  readonly client: Client;
  readonly taskQueue: string;
  readonly tag: string;
  /** POST /transactions, as is. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** POST /transactions; the document of the 201. Fails the test on anything else. */
  start(body: unknown, headers?: Readonly<Record<string, string>>): Promise<TransactionDocument>;
  /** Starts and waits until `status` leaves `pending`, 60 s at most. */
  run(body: unknown): Promise<TransactionDocument>;
  get(id: string): Promise<TransactionDocument>;
  /** POST /transactions/<id>/<verb>. */
  act(id: string, verb: 'abort' | 'retry' | 'resolve', body?: unknown): Promise<Response>;
  /** Takes up again what ended abnormally in Temporal. */
  recover(id: string): Promise<Recovered>;
  /** Reads until `reached` holds; fails with the last document after `withinMs` (30 s). */
  until(
    id: string,
    reached: (document: TransactionDocument) => boolean,
    withinMs?: number,
  ): Promise<TransactionDocument>;
  /** With the shipped workflows, or those of another bundle's code. */
  startWorker(workflowCode?: string): Promise<void>;
  /** Drains it, as a stop does. */
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

const quick = {
  retryInitialMs: 50,
  retryMaxMs: 200,
  attentionRetryMs: 400,
  prepareTimeoutMs: 1000,
  completionTimeoutMs: 1000,
};

export async function startCoordinator(options: TestOptions = {}): Promise<TestCoordinator> {
  const taskQueue = `test-${randomUUID()}`;
  const config = readConfig({
    ...options.env,
    DTC_PORT: '0',
    DTC_TASK_QUEUE: taskQueue,
    DTC_LOG_LEVEL: 'silent',
  });
  const limits: Limits = { ...config.limits, ...quick, ...options.limits };
  const stopping = new AbortController();
  const address = options.temporalAddress ?? process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const around = {
    config: { ...config, limits, role: options.apiOnly === true ? ('api' as const) : config.role },
    log: options.log ?? silentLog(),
    stopping: stopping.signal,
    ...(options.traces === undefined ? {} : { traces: options.traces }),
  };
  const connected = await reachTemporal(around, address);
  const { onRequest: onCall, onSweepAction, onNotification } = options;
  const parts = compose(connected, around, {
    ...(onCall === undefined ? {} : { onCall }),
    ...(onSweepAction === undefined ? {} : { onSweepAction }),
    ...(onNotification === undefined ? {} : { onNotification }),
  });
  const { engine, coordinator, outbound, receivers } = parts;
  const api = await listen(documented(parts.createApi(), around.config), config);

  let worker: { readonly worker: Worker; readonly run: Promise<void> } | undefined;
  const startWorker: TestCoordinator['startWorker'] = async code => {
    const bundle = code === undefined ? {} : { workflowBundle: { code } };
    const activities = options.activities === undefined ? {} : { activities: options.activities };
    const cache =
      options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows };
    const created = await parts.createWorker({ ...cache, ...bundle, ...activities });
    worker = { worker: created, run: created.run() };
    if (options.sweeps === true) await parts.scheduleSweeps();
  };
  const stopWorker = async (): Promise<void> => {
    const stopped = worker;
    worker = undefined;
    stopped?.worker.shutdown();
    await stopped?.run;
  };
  if (options.apiOnly !== true) await startWorker();

  const headers = { 'content-type': 'application/json' };
  const post: TestCoordinator['post'] = (body, more = {}) =>
    fetch(`${api.url}/transactions`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  const start: TestCoordinator['start'] = async (body, more) => {
    const response = await post(body, more);
    const text = await response.text();
    if (response.status !== 201) throw new Error(`POST answered ${String(response.status)}: ${text}`);
    return JSON.parse(text) as TransactionDocument;
  };
  const get: TestCoordinator['get'] = async id => {
    const response = await fetch(`${api.url}/transactions/${id}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`GET answered ${String(response.status)}: ${text}`);
    return JSON.parse(text) as TransactionDocument;
  };
  return {
    url: api.url,
    client: engine.client,
    taskQueue,
    tag: engine.tag,
    post,
    start,
    run: body => start(body, { prefer: 'wait=60' }),
    get,
    act: (id, verb, body = {}) =>
      fetch(`${api.url}/transactions/${id}/${verb}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    recover: id => coordinator.recover(id),
    until: (id, reached, withinMs = 30_000) => readUntil(() => get(id), reached, withinMs),
    startWorker,
    stopWorker,
    close: async () => {
      stopping.abort();
      await api.close();
      await stopWorker();
      if (options.sweeps === true)
        await engine.client.schedule
          .getHandle(sweepIdOf(engine))
          .delete()
          .catch(() => undefined);
      await outbound.close();
      await receivers.close();
      await connected.connection.close();
    },
  };
}

/** A 503 is no answer yet: the server that all test files share may be busy with another one. */
async function readUntil(
  get: () => Promise<TransactionDocument>,
  reached: (document: TransactionDocument) => boolean,
  withinMs: number,
): Promise<TransactionDocument> {
  const look = (): Promise<TransactionDocument | undefined> =>
    get().catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('GET answered 503')) return undefined;
      throw error;
    });
  const isThere = (seen: TransactionDocument | undefined): boolean => seen !== undefined && reached(seen);
  return (await until(look, isThere, { withinMs, everyMs: 50 })) as TransactionDocument;
}

function createRecordingLogger(): NonNullable<Parameters<typeof Runtime.install>[0]['logger']> {
  const quiet = (): void => undefined;
  const log = (level: string, message: string, fields: Record<string | symbol, unknown> = {}): void => {
    if (fields['sdkComponent'] === 'workflow') workflowLog.push({ level, message, fields });
  };
  return {
    log,
    trace: quiet,
    debug: quiet,
    info: (message, fields) => {
      log('INFO', message, fields);
    },
    warn: (message, fields) => {
      log('WARN', message, fields);
    },
    error: (message, fields) => {
      log('ERROR', message, fields);
    },
  };
}
