/**
 * Owns whether anything is traced: where a collector is named by OpenTelemetry's own variables, which the SDK reads for itself then. What
 * it would take for something else than was meant, and go on, stops the start here.
 */
import { type TracesConfig } from './config';
import * as as from './parsers';
import { type Environment, SettingReader } from './settingReader';
import { redactUrl } from '../protocol/wire/urls';

const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const protocol = as.oneOf('http/protobuf', 'http/json');
const exporter = as.oneOf('otlp', 'none');
const sampler = as.oneOf(
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
);

/** OpenTelemetry's tools take an empty variable for an unset one, so this does too. */
export function readTraces(reader: SettingReader, env: Environment): TracesConfig | undefined {
  const set = Object.entries(env).filter(([name, value]) => name.startsWith('OTEL_') && value !== '');
  const own = new SettingReader(Object.fromEntries(set));
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  const isNamed = endpoints.some(name => (env[name] ?? '') !== '');
  if (isOff || !isNamed) return undefined;
  const [ofTracesAlone, ofAll] = endpoints.map(name => own.parsed(name, { parser: as.collectorUrl }));
  own.parsed('OTEL_TRACES_EXPORTER', { parser: exporter });
  own.parsed('OTEL_TRACES_SAMPLER', { parser: sampler });
  own.parsed('OTEL_TRACES_SAMPLER_ARG', { parser: as.share });
  const general = own.parsed('OTEL_EXPORTER_OTLP_PROTOCOL', { parser: protocol });
  const ofTraces = own.parsed('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', { parser: protocol });
  own.problems.forEach(problem => {
    reader.refuse(problem);
  });
  const endpoint = redactUrl(ofTracesAlone ?? ofAll ?? 'http://unusable');
  return { endpoint, protocol: ofTraces ?? general ?? 'http/protobuf' };
}
