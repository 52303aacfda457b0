/** Owns the process-wide part of the SDK: its log lines (`sdkLog.ts`) and metrics go into ours, and signals are ours alone (ordered stop). */
import { MetricsBuffer, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { type Log } from '../telemetry/log';
import { sdkLog } from './sdkLog';

/** Half a second of a worker that does more than any can. */
const mostUnfetched = 20_000;

/** Once a process, before any connection. What the native part measures is for whoever fetches it. */
export function installRuntime(log: Log): MetricsBuffer {
  const metrics = new MetricsBuffer({ maxBufferSize: mostUnfetched, useSecondsForDurations: true });
  const write = sdkLog(log);
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
