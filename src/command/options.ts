/** Owns how options are read from a command line. What is wrong is one sentence: which option, what was given, what it takes. */
import { parseArgs } from 'node:util';
import { UsageError } from './output';

interface Taken<Name extends string, Flag extends string> {
  /** Options that take a value. */
  readonly values?: readonly Name[];
  /** Options that take none. */
  readonly flags?: readonly Flag[];
  /** Words that belong to no option. */
  readonly words?: true;
}

interface Given<Name extends string, Flag extends string> {
  /** Of each option, in order. */
  readonly values: Readonly<Record<Name, readonly string[]>>;
  readonly flags: ReadonlySet<Flag>;
  readonly words: readonly string[];
}

/** Undefined where help is asked for. @throws UsageError */
export function readArguments<Name extends string = never, Flag extends string = never>(
  args: readonly string[],
  taken: Taken<Name, Flag>,
): Given<Name, Flag> | undefined {
  const names = taken.values ?? [];
  const values = Object.fromEntries(names.map(name => [name, [] as string[]])) as Record<Name, string[]>;
  const takesValue = (name: string): name is Name => Object.hasOwn(values, name);
  const isFlag = (name: string): name is Flag => taken.flags?.some(flag => flag === name) === true;
  const flags = new Set<Flag>();
  const words: string[] = [];
  let asksForHelp = false;
  for (const token of tokensOf(args, names)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (taken.words !== true) throw new UsageError(belongsToNone(token.value));
      words.push(token.value);
    } else if (takesValue(token.name)) values[token.name].push(valueOf(token));
    else {
      const { name, rawName, value } = token;
      if (name !== 'help' && !isFlag(name)) throw new UsageError(`there is no option ${rawName}`);
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
      if (isFlag(name)) flags.add(name);
      else asksForHelp = true;
    }
  }
  return asksForHelp ? undefined : { values, flags, words };
}

/** What was given for each option, in order; all of them take a value. Undefined where help is asked for. @throws UsageError */
export function givenOf<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, readonly string[]>> | undefined {
  return readArguments(args, { values: names })?.values;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  /** It stands behind "=". */
  readonly inlineValue: boolean | undefined;
}

/** Not strict: what is wrong is said in our words. */
function tokensOf(args: readonly string[], names: readonly string[]) {
  const text = { type: 'string', multiple: true } as const;
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map(name => [name, text])),
      help: { type: 'boolean', short: 'h' },
    },
    ...{ strict: false, tokens: true },
  });
  return tokens;
}

function valueOf({ rawName, value, inlineValue }: OptionToken): string {
  if (value === undefined || value === '') throw new UsageError(`${rawName} needs a value`);
  if (inlineValue !== true && /^(?:--|-h$)/.test(value))
    throw new UsageError(
      `${rawName} needs a value: one that begins with "-" is given as ${rawName}=${value}`,
    );
  return value;
}

function belongsToNone(word: string): string {
  return `${JSON.stringify(word)} belongs to no option: after "npm run … --" each is --name and its value`;
}

export interface Range {
  readonly from: number;
  readonly to: number;
  /** What is counted, in the plural. */
  readonly of?: string;
  readonly isWhole?: boolean;
}

/** @throws UsageError */
export function readNumber(option: string, given: string, { from, to, of, isWhole = false }: Range): number {
  const read = /^\d+(?:\.\d+)?$/.test(given) ? Number(given) : NaN;
  if (read >= from && read <= to && (!isWhole || Number.isInteger(read))) return read;
  const what = `${isWhole ? 'a whole number' : 'a number'}${of === undefined ? '' : ` of ${of}`}`;
  throw new UsageError(`${option} takes ${what} from ${from} to ${to}, not ${JSON.stringify(given)}`);
}
