/** Owns reading settings one by one while collecting what is wrong with them: nothing throws until all are read. */
import { type SettingProblem } from './configError';
import { type SettingName } from './names';
import { type Parser } from './parsers';

export type Environment = Readonly<Record<string, string | undefined>>;

export class SettingReader {
  readonly problems: SettingProblem[] = [];

  constructor(private readonly environment: Environment) {}

  /** The value, or undefined where it is unset or bad. A bad one is a problem. */
  optional<T>(name: SettingName | `TEMPORAL_${string}`, { parse, allowed }: Parser<T>): T | undefined {
    const text = this.environment[name];
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined)
      this.refuse({ name, value: withoutSecrets(text), message: `allowed: ${allowed}` });
    return value;
  }

  /** The value, or `fallback` where it is unset; a bad one is a problem, and `fallback` lets reading go on. */
  withDefault<T>(name: SettingName, parser: Parser<T>, fallback: T): T {
    return this.optional(name, parser) ?? fallback;
  }

  /** The text of a setting that has its own way of saying what is wrong. */
  text(name: SettingName): string | undefined {
    return this.environment[name];
  }

  refuse(problem: SettingProblem): void {
    this.problems.push(problem);
  }
}

/** Credentials and queries of URLs (I11). */
export function withoutSecrets(text: string): string {
  return withoutCredentials(text).replace(/(:\/\/[^?]*\?).*$/s, '$1redacted');
}

export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/?#\s]*@/g, '//redacted@');
}
