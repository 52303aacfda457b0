/** Owns the one error of a bad environment: every problem at once, so that a start fails once and not once a setting. */
import { shortened } from '../protocol/wire/shortened';

const longestShown = 120;

export interface SettingProblem {
  readonly name: string;
  /** Absent where it is or may be a secret (I11). */
  readonly value?: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly SettingProblem[]) {
    super(`the configuration is not usable:\n${problems.map(line).join('\n')}`);
  }
}

function line({ name, value, message }: SettingProblem): string {
  return `  ${name}${value === undefined ? '' : `=${JSON.stringify(shortened(value, longestShown))}`}: ${message}`;
}
