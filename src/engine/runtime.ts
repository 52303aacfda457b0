/** Owns the process-wide part of the SDK: its log lines and metrics go into ours, and signals are ours alone (ordered stop). */
import {
  type LogLevel,
  type LogMetadata,
  MetricsBuffer,
  Runtime,
  makeTelemetryFilterString,
} from '@temporalio/worker';
import { type Log } from '../telemetry/log';
import { seldom } from '../telemetry/seldom';
import { notDelivered } from '../protocol/notification/results';
import { given } from '../protocol/wire/given';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What the SDK adds to every line of a workflow, and our lines have in other words. */
const noise = new Set([
  'namespace',
  'taskQueue',
  'taskToken',
  'workflowId',
  'runId',
  'workflowType',
  'sdkComponent',
  'attempt',
]);

/** Each failed request has its own line, with the participant and the cause; the SDK's would say it again. */
const saidAlready = new Set(['Activity failed', 'Activity cancelled']);

/** So has a notification that was not delivered: its run fails so that Temporal lists it. Any other failure of a run is told. */
function isUndelivered(message: string, { workflowType, error }: LogMetadata): boolean {
  if (message !== 'Workflow failed' || workflowType !== 'notification') return false;
  return error instanceof Error && error.message.startsWith(notDelivered);
}

const sayAgainMs = 30_000;

/** The native part repeats a call, and prints the error as its own developers read it. */
export function retried(message: string, error: unknown): string {
  const call = /gRPC call (\w+)/.exec(message)?.[1] ?? 'a call';
  const said = /code: '?([^',]+)'?, message: \\?"([^"\\]*)/.exec(String(error));
  const why = said === null ? '' : ` (${said[1] ?? ''}: ${said[2] ?? ''})`;
  return `Temporal does not answer ${call}${why}: trying again`;
}

/** Half a second of a worker that does more than any can. */
const mostUnfetched = 20_000;

/** Once a process, before any connection. What the native part measures is for whoever fetches it. */
export function installRuntime(log: Log): MetricsBuffer {
  const metrics = new MetricsBuffer({ maxBufferSize: mostUnfetched, useSecondsForDurations: true });
  const isDue = seldom(sayAgainMs);
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (meta['target'] === 'temporalio_client::retry') {
      const line = retried(message, meta['error']);
      if (isDue(line)) log.warn(line);
      return;
    }
    const fromWorkflow = meta['sdkComponent'] === 'workflow';
    const quiet =
      level === 'INFO' ||
      level === 'DEBUG' ||
      level === 'TRACE' ||
      saidAlready.has(message) ||
      isUndelivered(message, meta);
    if (!fromWorkflow && quiet) {
      log.debug({ from: 'temporal' }, message);
      return;
    }
    log[levels[level]](fieldsOf(meta), message);
  };
  Runtime.install({
    shutdownSignals: [],
    // the native part's lines come through our logger too, instead of going to standard output by themselves
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} },
      metrics: { buffer: metrics },
    },
    logger: {
      log: write,
      trace: (message, meta) => {
        write('TRACE', message, meta);
      },
      debug: (message, meta) => {
        write('DEBUG', message, meta);
      },
      info: (message, meta) => {
        write('INFO', message, meta);
      },
      warn: (message, meta) => {
        write('WARN', message, meta);
      },
      error: (message, meta) => {
        write('ERROR', message, meta);
      },
    },
  });
  return metrics;
}

function fieldsOf(meta: LogMetadata): Record<string, unknown> {
  const { error, ...rest } = meta;
  const kept = Object.entries(rest).filter(([name, value]) => !noise.has(name) && typeof value !== 'symbol');
  const id: unknown =
    meta['transactionId'] ?? (meta['workflowType'] === 'transaction' ? meta['workflowId'] : undefined);
  return {
    ...Object.fromEntries(kept),
    ...given({ transactionId: id }),
    ...(error === undefined ? {} : error instanceof Error ? { err: error } : { error: error as unknown }),
  };
}
