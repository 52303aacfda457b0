/**
 * Owns everything that a run destroys: the Temporal server, the coordinator's processes, participants and their databases, and the links
 * between them. `close` ends all of it by pid and removes its data, whatever state it is in.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../examples/freePorts';
import { type Books, type Call } from '../evidence';
import { type Recorder } from '../recorder';
import { coordinatorProgram } from './coordinators';
import { type LedgerDatabase, mysqlDatabase, postgresDatabase, sqliteDatabase } from './databases';
import { Journal } from './journal';
import { planting } from './planting';
import { ManagedProcess, type Program } from './process';
import { type Link, startLink } from './proxy';
import { hasPython, pythonBooks, pythonProgram } from './python';
import { root } from './root';
import { type Cluster, demandCluster } from './cluster';
import { type Disk } from './disk';
import { hasMariadb, makeMariadb } from './mariadb';
import { environment, startTemporal } from './temporal';

export interface Service {
  readonly name: string;
  /** Through its link: what transactions name. */
  readonly url: string;
  readonly process: ManagedProcess;
  readonly link: Link;
  readonly database?: LedgerDatabase;
  /** Takes seats, and not money. */
  readonly isSeats: boolean;
  books(): Promise<Books>;
}

export interface Coordinator {
  readonly name: string;
  readonly role: 'api' | 'worker';
  readonly url: string;
  readonly process: ManagedProcess;
  /** Its way to Temporal. */
  readonly link: Link;
}

export interface NamedDatabase extends LedgerDatabase {
  /** Of its participant. */
  readonly name: string;
}

export interface World {
  readonly folder: string;
  /** Absent where the server is somebody else's. */
  readonly temporal: ManagedProcess | undefined;
  readonly temporalAddress: string;
  readonly namespace: string;
  /** Under Temporal's database; absent where none can be mounted. */
  readonly disk: Disk | undefined;
  readonly databases: readonly NamedDatabase[];
  readonly coordinators: readonly Coordinator[];
  readonly services: readonly Service[];
  /** What the participants have written down so far. */
  journals(): readonly Call[];
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** The folder of the processes' logs, which stay. */
  readonly logs: string;
  /** The name of a bug that is planted in coordinators and participants. */
  readonly plant?: string | undefined;
  /** Where Temporal is already; a server of the run's own where there is none. */
  readonly cluster?: Cluster | undefined;
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'dtc-chaos-'));
}

/**
 * An interruption ends at once what runs. What was being started meanwhile is ended when that has come out, and the folder goes last, so that
 * nobody makes it anew.
 */
export async function startWorld(folder: string, options: WorldOptions): Promise<World> {
  const closers: Closers = [];
  const endAll = async (): Promise<void> => {
    const failed: unknown[] = [];
    for (let next = closers.pop(); next !== undefined; next = closers.pop())
      try {
        await next();
      } catch (error) {
        failed.push(error); // the others are ended all the same
      }
    if (failed.length > 0) throw new AggregateError(failed, 'not all that was started was ended');
  };
  let interrupted: Promise<void> | undefined;
  const interrupt = (): void => {
    interrupted = endAll();
    interrupted.catch(() => undefined); // `close` tells of it
  };
  options.signal.addEventListener('abort', interrupt);
  const closeAll = async (): Promise<void> => {
    options.signal.removeEventListener('abort', interrupt);
    try {
      await interrupted;
      await endAll();
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  let closed: Promise<void> | undefined;
  /** Once; whoever asks again waits for the same. */
  const close = (): Promise<void> => (closed ??= closeAll());
  try {
    return { ...(await start(folder, options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closers = (() => Promise<void> | void)[];

async function start(folder: string, options: WorldOptions, closers: Closers): Promise<Omit<World, 'close'>> {
  const { recorder, signal } = options;
  const manage = (program: Program): ManagedProcess => {
    signal.throwIfAborted();
    const onDeath = (how: string): void => {
      recorder.record({ kind: 'death', process: program.name, how });
    };
    const managed = new ManagedProcess(program, onDeath);
    closers.push(() => managed.kill());
    return managed;
  };
  const link = async (port: number, host?: string): Promise<Link> => {
    const made = await startLink(host === undefined ? { port } : { host, port });
    closers.push(() => made.close());
    return made;
  };
  const engine =
    options.cluster === undefined
      ? await startTemporal({ folder, logs: options.logs, manage, closers })
      : { ...(await demandCluster(options.cluster)), temporal: undefined, disk: undefined };
  signal.throwIfAborted();
  const apiPorts = await freePorts(4);
  const publicUrl = `http://127.0.0.1:${apiPorts[0]}`;
  const services = await startServices({ folder, publicUrl, manage, link, closers, ...options });
  signal.throwIfAborted();
  const recoveryUrls = services.map(({ url }) => `${url}/prepared`);
  const coordinators: Coordinator[] = [];
  for (const [nth, name] of (['api-1', 'api-2', 'worker-1', 'worker-2'] as const).entries()) {
    const role = nth < 2 ? 'api' : 'worker';
    const at = apiPorts[nth] ?? 0;
    const toTemporal = await link(engine.port, engine.host);
    const place = {
      name,
      role,
      port: at,
      ...{ temporalPort: toTemporal.port, namespace: engine.namespace, id: engine.coordinatorId },
      publicUrl,
      recoveryUrls,
      folder,
      logs: options.logs,
    } as const;
    const program = coordinatorProgram({ ...place, plant: options.plant });
    const url = `http://127.0.0.1:${at}`;
    coordinators.push({ name, role, url, process: manage(program), link: toTemporal });
  }
  signal.throwIfAborted();
  await Promise.all(coordinators.map(each => each.process.start()));
  signal.throwIfAborted();
  const writing = services.filter(({ isSeats }) => !isSeats);
  const journals = writing.map(({ name }) => new Journal(journalOf(folder, name)));
  return {
    ...{ folder, coordinators, services },
    ...{ temporal: engine.temporal, disk: engine.disk, namespace: engine.namespace },
    temporalAddress: `${engine.host}:${engine.port}`,
    databases: services.flatMap(({ name, database }) =>
      database === undefined ? [] : [{ ...database, name }],
    ),
    journals: () => journals.flatMap(each => each.calls()),
  };
}

interface Making extends WorldOptions {
  readonly folder: string;
  readonly publicUrl: string;
  readonly manage: (program: Program) => ManagedProcess;
  readonly link: (port: number, host?: string) => Promise<Link>;
  readonly closers: Closers;
}

async function startServices(making: Making): Promise<Service[]> {
  const { folder, closers } = making;
  const mariadb = mariadbOf(making);
  const databases: Readonly<Record<string, () => Promise<LedgerDatabase> | LedgerDatabase>> = {
    postgres: postgresDatabase,
    sqlite: () => sqliteDatabase(folder),
    ...(mariadb === undefined ? {} : { mariadb }),
  };
  const services: Service[] = [];
  for (const [name, open] of Object.entries(databases)) {
    making.signal.throwIfAborted();
    const database = await open();
    closers.push(() => database.close());
    services.push(await startLedger(name, database, making));
  }
  if (hasPython()) services.push(await startSeats(making));
  return services;
}

/** One of the run's own, that it kills and freezes, where the program is at hand; else the one that `MYSQL_URL` names. */
function mariadbOf({ folder, logs, manage }: Making): (() => Promise<LedgerDatabase>) | undefined {
  const url = process.env['MYSQL_URL'] ?? '';
  if (hasMariadb())
    return async () => {
      const made = await makeMariadb({ folder, logs });
      const server = manage(made.program);
      await server.start();
      return mysqlDatabase(made.url, server);
    };
  return url === '' ? undefined : () => mysqlDatabase(url);
}

async function startLedger(name: string, database: LedgerDatabase, making: Making): Promise<Service> {
  const { folder, publicUrl, manage, link, plant } = making;
  const [port = 0] = await freePorts(1);
  const bug = planting(plant);
  const args = [
    `--name=${name}`,
    `--port=${port}`,
    `--store=${database.store}`,
    `--journal=${journalOf(folder, name)}`,
  ];
  const process_ = manage({
    name,
    command: process.execPath,
    args: [
      ...bug.args,
      join(root, 'dist/chaos/participant/program.js'),
      ...args,
      `--coordinator=${publicUrl}`,
    ],
    env: { ...environment(), ...bug.env },
    logFile: join(making.logs, `${name}.log`),
    mark: folder,
    takesMessages: true,
    isReady: () => answers(`http://127.0.0.1:${port}/ledger/prepared`),
  });
  await process_.start();
  const through = await link(port);
  return {
    ...{ name, process: process_, link: through, database, isSeats: false },
    url: `http://127.0.0.1:${through.port}/ledger`,
    books: () => database.books(name),
  };
}

async function startSeats({ folder, logs, manage, link }: Making): Promise<Service> {
  const name = 'python';
  const place = join(folder, name);
  mkdirSync(place);
  const [port = 0] = await freePorts(1);
  const process_ = manage(pythonProgram(name, { port, folder: place, logs }));
  await process_.start();
  const through = await link(port);
  return {
    ...{ name, process: process_, link: through, isSeats: true },
    url: `http://127.0.0.1:${through.port}`,
    books: () => Promise.resolve(pythonBooks(name, place)),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false; // not yet
  }
}

const journalOf = (folder: string, name: string): string => join(folder, `${name}.journal`);
