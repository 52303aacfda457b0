/** Owns the only look at the process's environment. Fails with a `ConfigError` that lists every bad setting. */
import { type Config } from './config';
import { readConfig } from './readConfig';

/** @throws ConfigError */
export function loadConfig(): Config {
  return readConfig(process.env);
}
