/**
 * Owns the four services of a Temporal cluster as processes of their own on loopback: what they are told, and starting and killing one.
 * Each ends with this process, however that ends: a shell waits for the end of its input, and ends it then.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endAfterDemo } from '../../../examples/demo/guard';
import { freePorts } from '../../../examples/freePorts';
import { type PostgresServer } from '../../../examples/bank/postgresServer';

export const serviceNames = ['frontend', 'history', 'matching', 'worker'] as const;
export type ServiceName = (typeof serviceNames)[number];

const databases = { default: 'temporal', visibility: 'temporal_visibility' } as const; // deploy/temporal/schema.sh
const shards = 16;

export interface Services {
  readonly address: string;
  start(name: ServiceName): void;
  /** SIGKILL; resolves when it is gone. */
  kill(name: ServiceName): Promise<void>;
  /** SIGTERM, then SIGKILL to what is left. */
  end(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly guard: ReturnType<typeof endAfterDemo>;
}

const endWithinMs = 15_000;

export async function makeServices(
  program: string,
  folder: string,
  { connection }: PostgresServer,
): Promise<Services> {
  const file = join(folder, 'config.yaml');
  const { text, address } = await configuration(folder, connection);
  writeFileSync(file, text, { mode: 0o600 });
  writeFileSync(join(folder, 'dynamic.yaml'), JSON.stringify(dynamic));
  const running = new Map<ServiceName, Running>();
  const kill = async (name: ServiceName, signal: NodeJS.Signals): Promise<void> => {
    const ending = running.get(name);
    running.delete(name);
    if (ending === undefined) return;
    ending.guard.release();
    const { child } = ending;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
    await gone;
    clearTimeout(late);
  };
  return {
    address,
    start: name => {
      const log = openSync(join(folder, `${name}.log`), 'a');
      const args = ['--config-file', file, '--allow-no-auth', 'start', `--service=${name}`];
      const child = spawn(program, args, {
        cwd: folder,
        detached: true, // Ctrl-C goes to the whole group, and the databases are in use
        env: { PATH: process.env['PATH'], HOME: folder },
        stdio: ['ignore', log, log],
      });
      running.set(name, { child, guard: endAfterDemo(child.pid ?? 0, folder) });
    },
    kill: name => kill(name, 'SIGKILL'),
    end: async () => {
      await Promise.all([...running.keys()].map(name => kill(name, 'SIGTERM')));
    },
  };
}

/** What docs/SCALING.md says that a cluster should have too. */
const dynamic = {
  'frontend.keepAliveTime': [{ value: '2s' }],
  'frontend.keepAliveTimeout': [{ value: '2s' }],
  'history.timerProcessorMaxTimeShift': [{ value: '20ms' }],
};

/** JSON is YAML. */
async function configuration(
  folder: string,
  connection: PostgresServer['connection'],
): Promise<{ readonly text: string; readonly address: string }> {
  const [front = 0, http = 0, history = 0, matching = 0, ...membership] = await freePorts(8);
  const host = '127.0.0.1';
  const address = `${host}:${front}`;
  const store = (databaseName: string, maxConns: number): object => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${connection.host}:${connection.port}`,
      connectProtocol: 'tcp',
      user: connection.user,
      password: connection.password,
      ...{ maxConns, maxIdleConns: maxConns, maxConnLifetime: '1h' },
    },
  });
  const rpc = (nth: number, ports: object): object => ({
    rpc: { ...ports, membershipPort: membership[nth], bindOnIP: host },
  });
  const disabled = { history: { state: 'disabled' }, visibility: { state: 'disabled' } };
  const text = JSON.stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      // of four processes each: PostgreSQL allows a hundred
      datastores: { default: store(databases.default, 14), visibility: store(databases.visibility, 6) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: host } },
    services: {
      frontend: rpc(0, { grpcPort: front, httpPort: http }),
      history: rpc(1, { grpcPort: history }),
      matching: rpc(2, { grpcPort: matching }),
      worker: rpc(3, {}),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: address },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: disabled,
    namespaceDefaults: { archival: disabled },
    publicClient: { hostPort: address },
    dynamicConfigClient: { filepath: join(folder, 'dynamic.yaml'), pollInterval: '60s' },
  });
  return { text, address };
}
