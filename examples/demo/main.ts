/**
 * Owns the demo: the coordinator, its Temporal server, two banks and PostgreSQL as real processes on free ports, one scene
 * after another, and the verdict over both banks' databases at the end.
 *
 *   npm run demo [-- --keep <folder>]     keep south's database and what was read of north's, for a look or for verify.js
 *                   --temporal <address>  on a Temporal server that runs already, namespace default, with a task queue of its own
 *
 * Exit code 0: everything is atomic, or ended as its mode is documented to. 1: it is not, or the demo failed. 130: Ctrl-C.
 * Whatever happens, every process that was started is ended and every folder that was made is removed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from '../freePorts';
import { BankProcess } from './bankProcess';
import { readSqlite } from './books';
import { opening } from './cast';
import { CoordinatorProcess } from './coordinatorProcess';
import { NorthDatabase } from './northDatabase';
import { type Outcome } from './outcome';
import { Processes } from './processes';
import { reportText } from './report';
import { type Played, type Stage, reach, scenes } from './scenes';
import { heading, line } from './show';
import { files, type Report, verify } from './verdict';

interface Set {
  readonly stage: Stage;
  readonly processes: Processes;
  readonly northDatabase: NorthDatabase;
  /** Of everything that is not kept; removed at the end. */
  readonly folder: string;
  /** Where the verdict finds what it is about. */
  readonly books: string;
}

async function main(): Promise<number> {
  const options = { keep: { type: 'string' }, temporal: { type: 'string' } } as const;
  const { keep, temporal } = parseArgs({ options }).values;
  const set = await build(keepFolder(keep), temporal);
  const interrupted = interruption();
  try {
    const report = await Promise.race([play(set), interrupted]);
    line(reportText(report));
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    const log = set.stage.coordinator.logTail();
    if (log !== '') console.error(`The last lines of the coordinator's log:\n${log}`);
    throw error;
  } finally {
    await strike(set);
  }
}

function keepFolder(keep: string | undefined): string | undefined {
  if (keep === undefined) return undefined;
  if (existsSync(keep) && readdirSync(keep).length > 0)
    throw new Error(`--keep ${keep}: the folder is not empty`);
  mkdirSync(keep, { recursive: true });
  return resolve(keep);
}

async function build(keep: string | undefined, given: string | undefined): Promise<Set> {
  const [api = 0, temporal = 0, temporalUi = 0, northPort = 0, southPort = 0] = await freePorts(5);
  const folder = mkdtempSync(join(tmpdir(), 'dtc-demo-'));
  const books = keep ?? folder;
  const processes = new Processes();
  const northDatabase = new NorthDatabase();
  const southFile = join(books, files.south);
  const southDatabase = { store: southFile, books: () => Promise.resolve(readSqlite(southFile)) };
  const north = { name: 'north', port: northPort, database: northDatabase, opening: opening.north } as const;
  const south = { name: 'south', port: southPort, database: southDatabase, opening: opening.south } as const;
  const stage = {
    coordinator: new CoordinatorProcess(processes, {
      folder,
      ports: { api, temporal, temporalUi },
      temporal: given,
    }),
    north: new BankProcess(processes, north),
    south: new BankProcess(processes, south),
  };
  return { stage, processes, northDatabase, folder, books };
}

async function play({ stage, northDatabase, books }: Set): Promise<Report> {
  await open(stage, northDatabase);
  const played: Played[] = [];
  for (const scene of scenes) played.push(await scene(stage));
  const outcomes = await Promise.all(played.map(each => outcomeOf(stage, each)));
  writeJson(join(books, files.outcomes), outcomes);
  writeJson(join(books, files.north), await northDatabase.books());
  heading('What the databases say');
  return verify(books);
}

async function open({ coordinator, north, south }: Stage, northDatabase: NorthDatabase): Promise<void> {
  line('Starting a PostgreSQL server for bank north …');
  await northDatabase.start();
  line('Starting a coordinator, and two banks …');
  await Promise.all([coordinator, north, south].map(each => each.start()));
  const temporal = coordinator.temporalPid();
  const server =
    temporal === undefined ? 'a Temporal server that is given' : `Temporal server pid ${temporal}`;
  line(`  coordinator  ${coordinator.url}   pid ${coordinator.pid}, ${server}`);
  line(`  bank north   ${north.url}   pid ${north.pid}, accounts in PostgreSQL, takes part by XA`);
  line(`  bank south   ${south.url}   pid ${south.pid}, accounts in SQLite, takes part by reservation`);
  line(
    'Lines such as "north: commit → 200 …" are printed by the banks. Amounts are in cents. Answers are shown without timestamps and URLs.',
  );
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value, null, 1));
}

async function outcomeOf(stage: Stage, { id, ...rest }: Played): Promise<Outcome> {
  return { ...rest, document: await reach(stage, id, d => d.endedAt !== undefined) };
}

/** In order: the coordinator drains and ends its Temporal server, then the banks, then PostgreSQL, then the files. */
async function strike({ stage, processes, northDatabase, folder }: Set): Promise<void> {
  processes.startNoMore();
  await stage.coordinator.stop();
  await processes.endAll(2_000);
  await northDatabase.stop();
  rmSync(folder, { recursive: true, force: true });
}

class Interrupted extends Error {}

function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        reject(new Interrupted(signal));
      });
    }
  });
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
