/**
 * Owns how spans reach the collector: in batches, from a queue that is bounded and drops what does not fit, so that a collector that hangs
 * or is away costs memory of so many spans, and a line of log now and then. Where it is, and with which headers, TLS, timeouts, queue,
 * sampler and resource attributes, the SDK reads from OpenTelemetry's own variables (`OTEL_…`).
 */
import { DiagLogLevel, type DiagLogger, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type TracerConfig } from '@opentelemetry/sdk-trace-base';
import { type Ms } from '../../protocol/wire/phases';
import { type Log } from '../log';
import { seldom } from '../seldom';
import { type TraceSettings } from './open';

const serviceName = 'distributed-transaction-coordinator';
const sayAgainMs: Ms = 30_000;
const undelivered = 'traces are not delivered, or not all of them';

export function deliverySettings({ protocol }: TraceSettings): TracerConfig {
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const named = resourceFromAttributes({ 'service.name': serviceName });
  const resource = defaultResource()
    .merge(named)
    .merge(detectResources({ detectors: [envDetector] }));
  return { resource, spanProcessors: [new BatchSpanProcessor(exporter)] };
}

/** What is wrong with delivery is told from there, for each batch; it is said seldom, and by nobody else. */
export function hearErrors(log: Log): (error: unknown) => void {
  const say = saySeldom(log);
  const report = (error: unknown): void => {
    say(textOf(error));
  };
  setGlobalErrorHandler(report);
  diag.setLogger(diagLogger(say), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return report;
}

function saySeldom(log: Log): (why: string) => void {
  const isDue = seldom(sayAgainMs);
  let unsaid = 0;
  return why => {
    if (!isDue(undelivered)) {
      unsaid += 1;
      return;
    }
    log.warn({ why, ...(unsaid === 0 ? {} : { unsaid }) }, undelivered);
    unsaid = 0;
  };
}

function diagLogger(say: (why: string) => void): DiagLogger {
  const quiet = (): void => undefined;
  const tell = (...said: readonly unknown[]): void => {
    say(said.map(textOf).join(' '));
  };
  return { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
}

/** Not what an error carries along, such as the collector's answer. */
function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return '';
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  return `${error.message === '' ? error.name : error.message}${code}`;
}
