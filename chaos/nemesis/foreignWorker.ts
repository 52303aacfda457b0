/** Owns a worker of somebody else on the coordinator's task queue: it knows none of our workflows and activities, and takes their tasks. */
import { Worker, NativeConnection, bundleWorkflowCode } from '@temporalio/worker';
import { join } from 'node:path';
import { type World } from '../world/world';

const quiet = (): void => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
let bundled: ReturnType<typeof bundleWorkflowCode> | undefined;

/** Made before a run, since it takes seconds. */
export async function prepareForeignWorker(): Promise<void> {
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
