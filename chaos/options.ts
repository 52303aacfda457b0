/** Owns the command line of `npm run chaos`: what it says becomes a run's options, or one sentence about what is wrong with it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/command/output';
import { type Range, givenOf, readNumber } from '../src/command/options';
import { kindNames } from './nemesis/kindNames';
import { plants } from './plants/plants';
import { type Cluster } from './world/cluster';

const defaults = {
  minutes: 3,
  clients: 8,
  every: 1_000,
  settle: 90,
  out: 'chaos-report',
  namespace: 'default',
};

const names = [
  'minutes',
  'seed',
  'clients',
  'every',
  'only',
  'without',
  'settle',
  'out',
  'cluster',
  'namespace',
  'plant',
] as const;

const ranges = {
  minutes: { of: 'minutes', from: 0.1, to: 1_440 },
  seed: { from: 0, to: 2 ** 32 - 1, isWhole: true }, // as many as `seeded` tells apart
  clients: { of: 'clients', from: 1, to: 100, isWhole: true },
  every: { of: 'milliseconds', from: 50, to: 3_600_000, isWhole: true },
  settle: { of: 'seconds', from: 1, to: 3_600 },
} satisfies Readonly<Record<string, Range>>;

export const usage = `npm run chaos -- [options]

Starts a coordinator of four processes, with a Temporal server and participants on real databases, gives it orders,
breaks things at random meanwhile, mends them, and judges what is left. docs/RELIABILITY.md says more.

  --minutes <M>          for so many minutes orders are given and things break (default ${defaults.minutes}; fractions too)
  --seed <S>             a whole number that draws faults and orders (default: a fresh one, which is printed)
  --clients <N>          so many clients give orders side by side (default ${defaults.clients})
  --every <ms>           milliseconds from one fault to the next, on average (default ${defaults.every})
  --only <kind>          only the kinds of fault whose names begin so; given again, these too (default: all)
  --without <kind>       but not the kinds of fault whose names begin so; given again, neither these (default: none)
  --settle <s>           for so many seconds at most it is waited until all has ended (default ${defaults.settle})
  --out <folder>         for the log and the report, made or used again (default ${defaults.out})
  --cluster <host:port>  a Temporal that is there already, without TLS (default: a server of the run's own)
  --namespace <name>     the namespace there, without transactions under way (default "${defaults.namespace}")
  --plant <bug>          with a bug in the coordinator or a participant, to see it found (default: none)
  --help                 prints this

Kinds of fault:
${listed(kindNames)}

Bugs:
${listed(Object.keys(plants))}

Exit code 0: nothing was violated. 1: something was, or the run could not be carried out. 2: wrong usage, or no such
Temporal. 130 and others above 128: it was interrupted.
`;

/** In lines that a terminal shows. */
function listed(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 110) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line}, ${word}`;
  }
  return lines.map(line => `  ${line}`).join(',\n');
}

export interface ChaosOptions {
  readonly minutes: number;
  /** A fresh one where none was given. */
  readonly seed: number;
  readonly clients: number;
  readonly everyMs: number;
  /** By name, those that may be carried out. */
  readonly kinds: readonly string[];
  readonly settleWithinMs: number;
  /** Absolute; it need not be there. */
  readonly out: string;
  readonly cluster: Cluster | undefined;
  readonly plant: string | undefined;
  /** What does the same again. */
  readonly command: string;
}

/** Undefined where help is asked for. @throws UsageError */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const given = givenOf(args, names);
  if (given === undefined) return undefined;
  const last = (name: (typeof names)[number]): string | undefined => given[name].at(-1);
  const number = (name: keyof typeof ranges & (typeof names)[number], otherwise: number): number => {
    const text = last(name);
    return text === undefined ? otherwise : readNumber(`--${name}`, text, ranges[name]);
  };
  const seed = number('seed', Date.now() % 1_000_000);
  const minutes = number('minutes', defaults.minutes);
  const everyMs = number('every', defaults.every);
  if (everyMs >= minutes * 60_000)
    throw new UsageError(
      `--every ${everyMs} leaves no time for a fault: --minutes ${minutes} is ${minutes * 60_000} ms`,
    );
  return {
    ...{ minutes, seed, everyMs },
    clients: number('clients', defaults.clients),
    settleWithinMs: 1_000 * number('settle', defaults.settle),
    kinds: readKinds(given),
    out: readOut(last('out') ?? defaults.out),
    cluster: readCluster(last('cluster'), last('namespace')),
    plant: readPlant(last('plant')),
    command: commandOf(args, last('seed') === undefined ? ['--seed', String(seed)] : []),
  };
}

function readKinds(given: Readonly<Record<'only' | 'without', readonly string[]>>): string[] {
  for (const option of ['only', 'without'] as const) {
    const unknown = given[option].find(each => !kindNames.some(kind => kind.startsWith(each)));
    if (unknown !== undefined)
      throw new UsageError(
        `--${option} takes the beginning of a kind, and none begins with ${JSON.stringify(unknown)}: ${kindNames.join(', ')}`,
      );
  }
  const beginsAs = (kind: string, some: readonly string[]): boolean =>
    some.some(each => kind.startsWith(each));
  const kinds = kindNames.filter(
    kind => (given.only.length === 0 || beginsAs(kind, given.only)) && !beginsAs(kind, given.without),
  );
  if (kinds.length === 0) throw new UsageError('--without leaves no kind of fault');
  return kinds;
}

const log = 'chaos.jsonl';
export const logIn = (folder: string): string => join(folder, log);

/** What is in it is replaced: so not one that holds anything else. */
function readOut(given: string): string {
  const out = resolve(given);
  if (!existsSync(out)) return out;
  if (!statSync(out).isDirectory()) throw new UsageError(`--out takes a folder, and ${out} is none`);
  if (readdirSync(out).length > 0 && !existsSync(logIn(out)))
    throw new UsageError(
      `--out takes a new folder, an empty one or that of an earlier run, and ${out} is none of them`,
    );
  return out;
}

function readCluster(address: string | undefined, namespace: string | undefined): Cluster | undefined {
  if (address === undefined && namespace !== undefined)
    throw new UsageError(
      `--namespace ${namespace} is of a Temporal that is there already: say which with --cluster`,
    );
  if (address === undefined) return undefined;
  const [, host, port] = /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(address) ?? [];
  if (host === undefined)
    throw new UsageError(`--cluster takes host:port, as 127.0.0.1:7233, not ${JSON.stringify(address)}`);
  return { host, port: Number(port), namespace: namespace ?? defaults.namespace };
}

function readPlant(plant: string | undefined): string | undefined {
  if (plant === undefined || Object.hasOwn(plants, plant)) return plant;
  throw new UsageError(
    `--plant takes one of ${Object.keys(plants).join(', ')}, not ${JSON.stringify(plant)}`,
  );
}

function commandOf(args: readonly string[], more: readonly string[]): string {
  const words = [...args, ...more].map(word =>
    /^[\w./:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return ['npm run chaos --', ...words].join(' ');
}
