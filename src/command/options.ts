/** Owns how options with values are read from a command line. What is wrong is one sentence: which option, what was given, what it takes. */
import { parseArgs } from 'node:util';
import { UsageError } from './output';

/** What was given for each option, in order; all of them take a value. Undefined where help is asked for. @throws UsageError */
export function givenOf<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, readonly string[]>> | undefined {
  const text = { type: 'string', multiple: true } as const;
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map(name => [name, text])),
      help: { type: 'boolean', short: 'h' },
    },
    ...{ strict: false, tokens: true },
  });
  const given = Object.fromEntries(names.map(name => [name, [] as string[]])) as Record<Name, string[]>;
  const isKnown = (name: string): name is Name => name in given;
  let asksForHelp = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw new UsageError(
        `${JSON.stringify(token.value)} belongs to no option: after "npm run … --" each is --name and its value`,
      );
    const { name, rawName, value } = token;
    if (name === 'help') asksForHelp = true;
    else if (!isKnown(name)) throw new UsageError(`there is no option ${rawName}`);
    else if (value === undefined || value === '') throw new UsageError(`${rawName} needs a value`);
    else given[name].push(value);
  }
  return asksForHelp ? undefined : given;
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
