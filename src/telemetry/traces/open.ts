/** Owns that OpenTelemetry is loaded where a collector is named, and nowhere else. */
import { type Log } from '../log';
import { type Traces } from './contract';
import type * as OpenTelemetry from './openTelemetry';

export interface TraceSettings {
  readonly protocol: 'http/protobuf' | 'http/json';
}

/** @param settings absent: nothing is traced */
export function openTraces(settings: TraceSettings | undefined, log: Log): Traces | undefined {
  if (settings === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it in any case
  const { startTraces } = require('./openTelemetry') as typeof OpenTelemetry;
  return startTraces(settings, log);
}
