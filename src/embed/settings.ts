/** Owns the settings of an embedded coordinator: an object instead of the environment, read by the same reader. All that is wrong is said at once. */
import { type Config } from '../config/config';
import { ConfigError, type SettingProblem } from '../config/configError';
import { readConfig } from '../config/readConfig';
import { type NotHere } from './contract';

const notHere: Readonly<Record<NotHere, string>> = {
  DTC_DATA_DIR: 'no Temporal server is started',
  DTC_HOST: 'it is the host that listens',
  DTC_KEEP_ALIVE_TIMEOUT_MS: 'it is the host that listens',
  DTC_METRICS_PORT: 'the router has /metrics; it is the host that listens',
  DTC_PORT: 'it is the host that listens',
  DTC_TEMPORAL_PORT: 'no Temporal server is started',
  DTC_TEMPORAL_UI_PORT: 'no Temporal server is started',
};

/** @throws ConfigError */
export function configOf(settings: object, { hasConnection }: { readonly hasConnection: boolean }): Config {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined) as [string, unknown][];
  const problems = given.flatMap(([name, value]) => problemsOf(name, value));
  if (!hasConnection && !given.some(([name]) => name === 'TEMPORAL_ADDRESS')) problems.push(noTemporal);
  const bad = new Set(problems.map(({ name }) => name));
  const environment = given.filter(([name]) => !bad.has(name)).map(([name, value]) => [name, String(value)]);
  try {
    const config = readConfig(Object.fromEntries(environment) as Record<string, string>);
    if (problems.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  throw new ConfigError(problems);
}

const noTemporal: SettingProblem = {
  name: 'TEMPORAL_ADDRESS',
  message: 'is not set, and no connection is given; allowed: host:port of a Temporal server',
};

/** Values are shown only where the name says that they are no secret: what is wrong here may be one under a wrong name (I11). */
function problemsOf(name: string, value: unknown): SettingProblem[] {
  const isKnown = /^(?:DTC|TEMPORAL)_/.test(name);
  if (!isKnown) return [{ name, message: 'there is no such setting; allowed: DTC_ and TEMPORAL_ names' }];
  const why = Object.hasOwn(notHere, name) ? notHere[name as NotHere] : undefined;
  if (why !== undefined)
    return [{ name, value: String(value), message: `has no effect in an embedded coordinator: ${why}` }];
  if (typeof value === 'string' || typeof value === 'number') return [];
  return [
    { name, message: `must be text or a number, not ${value === null ? 'null' : `of type ${typeof value}`}` },
  ];
}
