/** Owns the command line of `check-participant`: what it says becomes options, or one sentence about what is wrong with it. */
import { readFileSync } from 'node:fs';
import { readArguments, readNumber } from '../command/options';
import { UsageError } from '../command/output';
import { isSecret, secretForm, type SigningKeys } from '../protocol/wire/signatures';
import { namePattern } from '../protocol/wire/names';
import { lastSegment } from '../protocol/wire/urls';
import { checks } from './checks';
import { type CheckOptions } from './contract';

export const usage = `check-participant <prepare URL> [options]

Sends a participant the requests of a coordinator, the repeats and the disorder that a network makes of them,
and says which of its duties it keeps. Some transactions are committed for real: use an instance for tests.

  --payload <json|@file>          one that the participant says yes to, as often as asked (default: none)
  --refused-payload <json|@file>  one that it must refuse
  --name <name>                   its name in the transactions (default p1)
  --commit-url, --rollback-url    where these are not the siblings of the prepare URL (both or none)
  --prepared-url <url>            its list of what is prepared (default: the sibling "prepared", if it answers)
  --secret <whsec_...>            signs requests; better in DTC_SIGNING_SECRET, where other users do not see it, or,
                                  as the coordinator has it, DTC_SIGNING_MASTER_KEY
                                  DTC_PARTICIPANT_CA, _CERT, _KEY are read too: PEM files, for https
  --restart '<command>'           ends it and starts it anew, and returns; the participant may run on behind it
  --timeout-ms <ms>               of one request (default 5000)
  --only <name,name>              only these checks
  --list                          what is checked and why; nothing is sent
  --json                          one JSON document instead of text

Exit code 0: nothing failed. 1: a check failed. 2: wrong usage, or nobody answers.
`;

const names = [
  'payload',
  'refused-payload',
  'name',
  'commit-url',
  'rollback-url',
  'prepared-url',
  'secret',
  'restart',
  'timeout-ms',
  'only',
] as const;

/** The last that was given of an option. */
type Last = (name: (typeof names)[number]) => string | undefined;

export type Command =
  | { readonly do: 'help' }
  | { readonly do: 'list'; readonly json: boolean }
  | { readonly do: 'check'; readonly json: boolean; readonly options: CheckOptions };

/** What the environment says. */
interface FromEnvironment {
  /** Used where no `--secret` is given. */
  readonly keys: SigningKeys;
  readonly tls?: CheckOptions['tls'] | undefined;
}

/** @throws UsageError */
export function readCommand(args: readonly string[], { keys, tls }: FromEnvironment): Command {
  const given = readArguments(args, { values: names, flags: ['list', 'json'], words: true });
  if (given === undefined) return { do: 'help' };
  const { values, flags, words } = given;
  const json = flags.has('json');
  if (flags.has('list')) return { do: 'list', json };
  const last: Last = name => values[name].at(-1);
  const [prepareUrl, ...others] = words;
  if (prepareUrl === undefined) throw new UsageError('the prepare URL is missing');
  if (others.length > 0) throw new UsageError(`one prepare URL is checked, not also ${others.join(' ')}`);
  const secret = last('secret');
  const signing = secret === undefined ? keys : { signingSecrets: [readSecret(secret)] };
  return { do: 'check', json, options: defined({ ...readOptions(prepareUrl, last, signing), tls }) };
}

function readOptions(
  prepareUrl: string,
  last: Last,
  { signingSecrets, signingMasterKeys }: SigningKeys,
): CheckOptions {
  const commitUrl = readUrl('--commit-url', last('commit-url'));
  const rollbackUrl = readUrl('--rollback-url', last('rollback-url'));
  if ((commitUrl === undefined) !== (rollbackUrl === undefined))
    throw new UsageError('--commit-url and --rollback-url belong together: give both or none');
  return defined({
    prepareUrl: readPrepareUrl(prepareUrl),
    commitUrl,
    rollbackUrl,
    preparedUrl: readUrl('--prepared-url', last('prepared-url')),
    name: readName(last('name')),
    payload: readJson('--payload', last('payload')),
    refusedPayload: readJson('--refused-payload', last('refused-payload')),
    secrets: signingSecrets,
    masterKeys: signingMasterKeys,
    restart: last('restart'),
    timeoutMs: readTimeout(last('timeout-ms')),
    only: readOnly(last('only')),
  });
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what was not given. */
function defined<T extends object>(all: T): Given<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>;
}

function readPrepareUrl(text: string): string {
  const url = readUrl('the prepare URL', text) ?? '';
  if (lastSegment(new URL(url)) !== 'prepare')
    throw new UsageError('the last path segment of the prepare URL must be "prepare"');
  return url;
}

function readUrl(what: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${what} must be an absolute http or https URL`);
  if (url.username !== '' || url.password !== '') throw new UsageError(`${what} must not carry credentials`);
  return url.href;
}

function readName(name: string | undefined): string | undefined {
  if (name !== undefined && !namePattern.test(name))
    throw new UsageError('--name is 1 to 64 of A-Z a-z 0-9 . _ -');
  return name;
}

function readJson(what: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.startsWith('@') ? readText(text.slice(1)) : text);
  } catch (error) {
    throw new UsageError(`${what} must be JSON, or @ and a file of it: ${(error as Error).message}`);
  }
}

/** Without the byte order mark that some editors leave: in a request the coordinator and the kit read over it too. */
function readText(file: string): string {
  return new TextDecoder().decode(readFileSync(file));
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return readNumber('--timeout-ms', text, { of: 'milliseconds', from: 1, to: 9_999_999, isWhole: true });
}

function readOnly(text: string | undefined): string[] | undefined {
  const only = text?.split(',').map(name => name.trim());
  const unknown = only?.filter(name => !checks.some(check => check.name === name)) ?? [];
  if (unknown.length > 0) throw new UsageError(`no such check: ${unknown.join(', ')} (--list names them)`);
  return only;
}

/** The message does not show it. */
function readSecret(secret: string): string {
  if (!isSecret(secret)) throw new UsageError(`the secret must be ${secretForm}`);
  return secret;
}
