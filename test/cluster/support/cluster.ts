/**
 * Owns a Temporal cluster to try things on: PostgreSQL, its two databases, the four services, and the namespace `default` that keeps
 * its workflows for 30 days. Nothing is left behind.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { type PostgresServer, startPostgres } from '../../../examples/bank/postgresServer';
import { ROOT } from '../../devServer/fixture';
import { until } from '../../support/until';
import { type ServiceName, type Services, makeServices, serviceNames } from './services';

const run = promisify(execFile);

export interface Cluster extends Services {
  readonly postgres: PostgresServer;
  /** The last lines that the service logged. */
  log(name: ServiceName): string;
}

/** @param programs the folder that test/cluster/build.mjs prints */
export async function startCluster(programs: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'dtc-cluster-'));
  const guard = removeAfterUs(folder);
  const postgres = await startPostgres();
  await makeDatabases(join(programs, 'sql'), postgres);
  const services = await makeServices(join(programs, 'server'), folder, postgres);
  const log = (name: ServiceName): string =>
    readFileSync(join(folder, `${name}.log`), 'utf8')
      .split('\n')
      .slice(-15)
      .join('\n');
  const end = async (): Promise<void> => {
    await services.end();
    await postgres.dispose();
    rmSync(folder, { recursive: true, force: true });
    guard.kill('SIGKILL');
  };
  try {
    for (const name of serviceNames) services.start(name);
    await registerNamespace(services.address);
    await untilAllAnswer(services.address);
  } catch (error) {
    const logged = serviceNames.map(name => `${name}:\n${log(name)}`).join('\n');
    await end();
    throw new Error(`the cluster does not come up; its services logged\n${logged}`, { cause: error });
  }
  return { ...services, postgres, log, end };
}

/** Has the password of PostgreSQL in it. Services that are killed with us may write to it for another moment. */
function removeAfterUs(folder: string): ReturnType<typeof spawn> {
  const script = 'cat; sleep 2; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

/** As deploy/compose.yaml makes them. */
async function makeDatabases(tool: string, { connection }: PostgresServer): Promise<void> {
  const { host, port, user, password } = connection;
  const where = { SQL_HOST: host, SQL_PORT: String(port), SQL_USER: user, SQL_PASSWORD: password };
  await run('sh', [join(ROOT, 'deploy/temporal/schema.sh')], {
    env: { ...where, PATH: process.env['PATH'], SQL_TOOL: tool },
  });
}

const upWithinMs = 120_000;
const retentionS = 30 * 86_400;

async function registerNamespace(address: string): Promise<void> {
  const once = async (): Promise<void> => {
    const connection = await Connection.connect({ address });
    try {
      await connection.workflowService.registerNamespace({
        namespace: 'default',
        workflowExecutionRetentionPeriod: { seconds: retentionS as never },
      });
    } catch (error) {
      if (!String(error).includes('already')) throw error;
    } finally {
      await connection.close();
    }
  };
  const look = (): Promise<string> => once().then(() => '', String);
  await until(look, seen => seen === '', { withinMs: upWithinMs, everyMs: 250 });
}

/** The frontend answers before the others have found each other. History is asked for a workflow, matching for a task queue. */
async function untilAllAnswer(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const { workflowService } = connection;
  const namespace = 'default';
  const ask = async (): Promise<void> => {
    await workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: 'none' },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    await workflowService
      .describeWorkflowExecution({ namespace, execution: { workflowId: 'none' } })
      .catch((error: unknown) => {
        if (!String(error).includes('NOT_FOUND')) throw error;
      });
  };
  await until(
    () => ask().then(() => '', String),
    seen => seen === '',
    { withinMs: upWithinMs, everyMs: 250 },
  );
  await connection.close();
}
