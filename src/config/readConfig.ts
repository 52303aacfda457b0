/** Owns the reading of the whole configuration (PROTOCOL §5): a `Config`, or one `ConfigError` that lists every problem. */
import { given } from '../protocol/wire/given';
import { isSameKey, type SigningKeys } from '../protocol/wire/signatures';
import { problemsOfBinding } from './bindRule';
import { type AuthConfig, type Config, type DevServerConfig, type TemporalConfig } from './config';
import { ConfigError, type SettingProblem } from './configError';
import { readLimits } from './limits';
import { problemsOfNames } from './names';
import { address as serverAddress, namespace as namespaceName } from './parsers';
import { readParticipantTls } from './participantTls';
import { readSweep } from './sweep';
import { readTraces } from './traces';
import { type Environment, SettingReader } from './settingReader';
import { type SettingName } from './settings';

/** @throws ConfigError */
export function readConfig(env: Environment): Config {
  const reader = new SettingReader(env);
  const config = readSettings(reader, env);
  const problems = [
    ...problemsOfNames(Object.keys(env)),
    ...reader.problems,
    ...bindingProblems(config, reader),
    ...sharedPorts(config),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readSettings(reader: SettingReader, env: Environment): Config {
  const allowedParticipants = reader.value('DTC_ALLOWED_PARTICIPANTS') ?? [];
  const publicUrl = reader.value('DTC_PUBLIC_URL');
  const coordinatorId = reader.value('DTC_COORDINATOR_ID');
  const dev = readDevServer(reader);
  const temporal = readTemporal(reader, env);
  return {
    host: reader.value('DTC_HOST'),
    port: reader.value('DTC_PORT'),
    ...given({ metricsPort: reader.value('DTC_METRICS_PORT') }),
    keepAliveTimeoutMs: reader.value('DTC_KEEP_ALIVE_TIMEOUT_MS'),
    longestWaitS: reader.value('DTC_LONGEST_WAIT_S'),
    maxWaiting: reader.value('DTC_MAX_WAITING'),
    ...given({ rateLimit: reader.value('DTC_RATE_LIMIT') }),
    ...given({ publicUrl }),
    role: reader.value('DTC_ROLE'),
    taskQueue: reader.value('DTC_TASK_QUEUE'),
    ...given({ coordinatorId }),
    dev,
    limits: readLimits(reader),
    allowedParticipants,
    allowedNotify: reader.value('DTC_ALLOWED_NOTIFY') ?? allowedParticipants,
    auth: readAuth(reader),
    ...readSigningKeys(reader),
    ...given({ payloadKeys: reader.value('DTC_PAYLOAD_KEYS') }),
    console: reader.value('DTC_CONSOLE') === 'on',
    webUiOrigins: webUiOrigins(reader.value('DTC_WEB_UI_ORIGIN'), { dev, temporal }),
    ...given({ participantTls: readParticipantTls(reader) }),
    sweep: readSweep(reader, allowedParticipants),
    logLevel: reader.value('DTC_LOG_LEVEL'),
    temporal,
    ...given({ traces: readTraces(reader, env) }),
  };
}

function readDevServer(reader: SettingReader): DevServerConfig {
  const temporalPort = reader.value('DTC_TEMPORAL_PORT');
  const temporalUiPort = reader.value('DTC_TEMPORAL_UI_PORT');
  if (temporalPort === temporalUiPort) {
    const message = 'must differ from DTC_TEMPORAL_PORT';
    reader.refuse({ name: 'DTC_TEMPORAL_UI_PORT', value: String(temporalUiPort), message });
  }
  return {
    temporalPort,
    temporalUiPort,
    dataDir: reader.value('DTC_DATA_DIR'),
  };
}

function readSigningKeys(reader: SettingReader): SigningKeys {
  const signingSecrets = reader.value('DTC_SIGNING_SECRET');
  const signingMasterKeys = reader.value('DTC_SIGNING_MASTER_KEY');
  if (signingMasterKeys?.some(key => signingSecrets?.some(secret => isSameKey(key, secret)))) {
    const message =
      'has the same bytes as DTC_SIGNING_SECRET, of which whoever has it could make the secret of every participant: take new ones (the value is not shown)';
    reader.refuse({ name: 'DTC_SIGNING_MASTER_KEY', message });
  }
  return given({ signingSecrets, signingMasterKeys });
}

function readAuth(reader: SettingReader): AuthConfig {
  const tokens = reader.value('DTC_API_TOKENS') ?? [];
  const jwksUrl = reader.value('DTC_JWKS_URL');
  const terms = given({
    issuer: reader.value('DTC_JWT_ISSUER'),
    audience: reader.value('DTC_JWT_AUDIENCE'),
  });
  if (jwksUrl !== undefined) return { tokens, jwt: { jwksUrl, ...terms } };
  for (const name of ['DTC_JWT_ISSUER', 'DTC_JWT_AUDIENCE'] as const)
    if (reader.isUsable(name) && !reader.isSet('DTC_JWKS_URL'))
      reader.refuse({ name, message: 'says what JWTs are taken, which needs DTC_JWKS_URL' });
  return { tokens };
}

/** The Web UI of a server that is started here is at loopback, by whichever name. */
function webUiOrigins(
  named: string | undefined,
  { dev, temporal }: Pick<Config, 'dev' | 'temporal'>,
): readonly string[] {
  if (named !== undefined) return [named];
  if (temporal.address !== undefined) return [];
  return ['127.0.0.1', 'localhost'].map(host => `http://${host}:${dev.temporalUiPort}`);
}

/** Temporal's tools take an empty variable for an unset one, so this does too. */
function readTemporal(reader: SettingReader, env: Environment): TemporalConfig {
  const set = Object.entries(env).filter(([name, value]) => name.startsWith('TEMPORAL_') && value !== '');
  const environment = Object.fromEntries(
    set.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const own = new SettingReader(environment);
  const address = own.parsed('TEMPORAL_ADDRESS', { parser: serverAddress });
  const namespace = own.parsed('TEMPORAL_NAMESPACE', { parser: namespaceName }) ?? 'default';
  own.problems.forEach(problem => {
    reader.refuse(problem);
  });
  return { ...given({ address }), namespace, environment };
}

/** Where a Temporal server is started, it has the port first: the API would be told of a stranger in its place. */
function sharedPorts({ role, port, metricsPort, dev, temporal }: Config): SettingProblem[] {
  const own: Ports = role === 'worker' ? [] : [['DTC_PORT', port]];
  const servers: Ports = [
    ['DTC_TEMPORAL_PORT', dev.temporalPort],
    ['DTC_TEMPORAL_UI_PORT', dev.temporalUiPort],
  ];
  const taken = [...own, ...(temporal.address === undefined ? servers : [])];
  const metrics: Ports = metricsPort === undefined ? [] : [['DTC_METRICS_PORT', metricsPort]];
  return [
    ...sharing(own, taken.slice(own.length), 'the API and the Temporal server that is started here'),
    ...sharing(metrics, taken, 'the metrics and what else is started here'),
  ];
}

type Ports = readonly (readonly [name: SettingName, port: number])[];

function sharing(ports: Ports, taken: Ports, who: string): SettingProblem[] {
  return ports.flatMap(([name, port]) =>
    taken
      .filter(([, other]) => port !== 0 && other === port)
      .map(([other]) => ({
        name,
        value: String(port),
        message: `must differ from ${other}: ${who} need a port each`,
      })),
  );
}

/** A setting that is bad counts as set: the rule would otherwise complain of what the reader has complained of. */
function bindingProblems(config: Config, reader: SettingReader): ReturnType<typeof problemsOfBinding> {
  const bad = new Set(reader.problems.map(problem => problem.name));
  const relevant = [
    ...['DTC_HOST', 'DTC_API_TOKENS', 'DTC_JWKS_URL', 'DTC_JWT_ISSUER', 'DTC_JWT_AUDIENCE'],
    'DTC_ALLOWED_PARTICIPANTS',
  ];
  return relevant.some(name => bad.has(name)) ? [] : problemsOfBinding(config);
}
