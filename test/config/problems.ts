/** Owns what is wrong with an environment, for the tests of settings. */
import { ConfigError, type SettingProblem } from '../../src/config/configError';
import { readConfig } from '../../src/config/readConfig';

export function problemsOf(env: Record<string, string>): readonly SettingProblem[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
