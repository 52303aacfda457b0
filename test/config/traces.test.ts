/** OpenTelemetry's variables, where they say whether anything is traced. */
import { readConfig } from '../../src/config/readConfig';
import { problemsOf } from './problems';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

it.each([
  ['nothing is set', {}],
  ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['only other variables are set', { OTEL_SERVICE_NAME: 'orders', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  ['the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }],
  ['there is no exporter of traces', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
])('nothing is traced where %s', (_what, env) => {
  expect(readConfig(env)).not.toHaveProperty('traces');
});

it('traces are sent as protobuf, or as JSON where that is asked for', () => {
  const protocolOf = (env: Readonly<Record<string, string>>): unknown => readConfig(env).traces?.protocol;
  const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  expect(protocolOf(endpoint)).toBe('http/protobuf');
  expect(protocolOf({ ...endpoint, ...json })).toBe('http/json');
  expect(protocolOf({ ...endpoint, ...json, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' })).toBe(
    'http/protobuf',
  );
  expect(protocolOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c.example/v1/traces' })).toBe(
    'http/protobuf',
  );
});

it('where they go is known for the log, without a query', () => {
  const env = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c.example/v1/traces?key=hush' };
  expect(readConfig(env).traces?.endpoint).toBe('https://c.example/v1/traces?redacted');
  expect(readConfig(endpoint).traces?.endpoint).toBe('http://collector:4318/');
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'nowhere'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http'],
  ['OTEL_TRACES_EXPORTER', 'console'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
])('%s=%s is refused by name', (name, value) => {
  const [problem, ...others] = problemsOf({ ...endpoint, [name]: value });
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ name, value });
  expect(problem?.message).toContain('allowed: ');
});

it('credentials in the endpoint are refused, and not shown (I11)', () => {
  const problems = problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hush@collector:4318' });
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).toContain('OTEL_EXPORTER_OTLP_HEADERS');
  expect(JSON.stringify(problems)).not.toContain('hush');
});
