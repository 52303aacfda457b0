/** Owns reading settings one by one while collecting what is wrong with them: nothing throws until all are read. */
import { redactText } from '../protocol/wire/urls';
import { type SettingProblem } from './configError';
import { type Parser } from './parsers';
import { Wrong } from './wrong';
import { type Defaulted, type Optional, type SettingName, type SettingValue, settings } from './settings';

export type Environment = Readonly<Record<string, string | undefined>>;

type Setting = Defaulted<unknown> | Optional<unknown>;

export class SettingReader {
  readonly problems: SettingProblem[] = [];

  constructor(private readonly environment: Environment) {}

  /** The value; where it is unset or bad the default, if it has one, so that reading goes on. A bad one is a problem. */
  value<Name extends SettingName>(name: Name): SettingValue<Name> {
    const setting: Setting = settings[name];
    const fallback = 'default' in setting ? setting.default : undefined;
    return (this.parsed(name, setting) ?? fallback) as SettingValue<Name>;
  }

  isSet(name: SettingName): boolean {
    return this.environment[name] !== undefined;
  }

  /** It is set, and nothing was said against it. */
  isUsable(name: SettingName): boolean {
    return this.isSet(name) && !this.problems.some(problem => problem.name === name);
  }

  /** The value, or undefined where it is unset or bad. A bad one is a problem. */
  parsed<T>(
    name: SettingName | `TEMPORAL_${string}` | `OTEL_${string}`,
    { parser, secret }: { readonly parser: Parser<T>; readonly secret?: true },
  ): T | undefined {
    const text = this.environment[name];
    if (text === undefined) return undefined;
    const read = parser.parse(text);
    if (read !== undefined && !(read instanceof Wrong)) return read;
    const { what, parts } = read instanceof Wrong ? read : new Wrong('');
    const message = `${what === '' ? '' : `${what}; `}allowed: ${parser.allowed}`;
    if (secret) this.refuse({ name, message: `${message} (the value is not shown)` });
    else this.refuse({ name, value: shownOf(text, parts), message });
    return undefined;
  }

  refuse(problem: SettingProblem): void {
    this.problems.push(problem);
  }
}

/** A comma may have stood in a password or a query: then what is a secret cannot be told entry by entry (I11). */
function shownOf(text: string, parts: readonly string[] = [text]): string {
  return /[@?#]/.test(text) ? redactText(text) : parts.map(redactText).join(', ');
}
