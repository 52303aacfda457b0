/** Owns a worker of somebody else on the coordinator's task queue: it knows none of our workflows and activities, and takes their tasks. */
import {
  Worker,
  NativeConnection,
  Runtime,
  bundleWorkflowCode,
  makeTelemetryFilterString,
} from '@temporalio/worker';
import { join } from 'node:path';
import { type World } from '../world/world';

const quiet = (): void => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
let bundled: ReturnType<typeof bundleWorkflowCode> | undefined;

/** Made before a run, since it takes seconds. What its worker says of its own is no part of the run's output, and it hears no signal. */
export async function prepareForeignWorker(): Promise<void> {
  if (bundled === undefined)
    Runtime.install({
      ...{ logger, shutdownSignals: [] },
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
    });
  bundled ??= bundleWorkflowCode({ workflowsPath: join(__dirname, 'foreignWorkflow.js'), logger });
  await bundled;
}

/** @returns why there was none, where Temporal could not be reached. */
export async function runForeignWorker(
  { temporalAddress, namespace }: Pick<World, 'temporalAddress' | 'namespace'>,
  until: Promise<void>,
): Promise<string | undefined> {
  if (bundled === undefined) return 'not prepared';
  let connection: NativeConnection | undefined;
  try {
    connection = await NativeConnection.connect({ address: temporalAddress });
    const worker = await Worker.create({
      ...{ connection, namespace },
      taskQueue: 'transactions',
      workflowBundle: await bundled,
      activities: { theirs: quiet },
      shutdownForceTime: '2s',
    });
    await worker.runUntil(until);
    return undefined;
  } catch (error) {
    await until;
    return String(error);
  } finally {
    await connection?.close();
  }
}
