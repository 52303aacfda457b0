/**
 * Owns the demo: the coordinator, its Temporal server and three participants as real processes on free ports, one scene
 * after another, and the verdict over every participant's database at the end.
 *
 *   npm run demo [-- --keep <folder>]     keep the databases, for a look at them or for verify.js
 *
 * Exit code 0: everything is atomic, or ended as its mode is documented to. 1: it is not, or the demo failed. 130: Ctrl-C.
 * Whatever happens, every process that was started is ended and every folder that was made is removed.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CoordinatorProcess } from './coordinatorProcess';
import { ParticipantProcess } from './participantProcess';
import { Processes } from './processes';
import { type Played, type Stage, reach, scenes } from './scenes';
import { heading, line } from './show';
import { type Outcome, type Report, outcomesFile, reportText, verify } from './verify';

interface Set {
  readonly stage: Stage;
  readonly processes: Processes;
  /** Of everything but the participants' databases; removed at the end. */
  readonly folder: string;
  /** Where the databases are. */
  readonly databases: string;
}

async function main(): Promise<number> {
  const set = await build(keepFolder());
  const interrupted = interruption();
  try {
    const report = await Promise.race([play(set), interrupted]);
    line(reportText(report));
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    console.error(`The last lines of the coordinator's log:\n${set.stage.coordinator.logTail()}`);
    throw error;
  } finally {
    await strike(set);
  }
}

function keepFolder(): string | undefined {
  const { keep } = parseArgs({ options: { keep: { type: 'string' } } }).values;
  if (keep === undefined) return undefined;
  if (existsSync(keep) && readdirSync(keep).length > 0)
    throw new Error(`--keep ${keep}: the folder is not empty`);
  mkdirSync(keep, { recursive: true });
  return resolve(keep);
}

async function build(keep: string | undefined): Promise<Set> {
  const [api = 0, temporal = 0, temporalUi = 0, ...rest] = await freePorts(6);
  const folder = mkdtempSync(join(tmpdir(), 'dtc-demo-'));
  const databases = keep ?? folder;
  const processes = new Processes();
  const participant = (name: string, stock: Record<string, number>): ParticipantProcess =>
    new ParticipantProcess(processes, {
      ...{ name, stock, port: rest.shift() ?? 0, databaseFile: join(databases, `${name}.db`) },
    });
  const stage = {
    coordinator: new CoordinatorProcess(processes, { folder, ports: { api, temporal, temporalUi } }),
    flight: participant('flight', { 'window seat': 10 }),
    hotel: participant('hotel', { 'double room': 10 }),
    car: participant('car', { convertible: 1, van: 10 }),
  };
  return { stage, processes, folder, databases };
}

async function play({ stage, databases }: Set): Promise<Report> {
  const { coordinator, flight, hotel, car } = stage;
  line('Starting a coordinator with a Temporal server of its own, and three participants …');
  await Promise.all([coordinator, flight, hotel, car].map(each => each.start()));
  line(
    `  coordinator  ${coordinator.url}   pid ${coordinator.pid}, Temporal server pid ${coordinator.temporalPid()}`,
  );
  for (const { name, url, pid } of [flight, hotel, car]) line(`  ${name.padEnd(11)}  ${url}   pid ${pid}`);
  line(
    'Lines such as "car: commit → 200 {}" are printed by the participants. Answers are shown without timestamps and URLs.',
  );
  const played: Played[] = [];
  for (const scene of scenes) played.push(await scene(stage));
  const outcomes = await Promise.all(played.map(each => outcomeOf(stage, each)));
  writeFileSync(join(databases, outcomesFile), JSON.stringify(outcomes, null, 1));
  heading('What the databases say');
  return verify(databases);
}

async function outcomeOf(stage: Stage, { id, ...rest }: Played): Promise<Outcome> {
  return { ...rest, document: await reach(stage, id, d => d.endedAt !== undefined) };
}

/** In order: the coordinator drains and ends its Temporal server, then the participants, then the files. */
async function strike({ stage, processes, folder }: Set): Promise<void> {
  processes.startNoMore();
  await stage.coordinator.stop();
  await processes.endAll(2_000);
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

/** All open at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return ports;
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
