/**
 * Owns what runs of a coordinator in one process, and that it stops in the reverse order of its start. The program (`main.ts`), and a
 * service that a coordinator runs inside (`embed`), put what is theirs before, between and after.
 */
import { type Worker } from '@temporalio/worker';
import { type Composed, type Reached, type Surroundings, compose } from './compose';
import { type WorkerSettings } from './engine/worker';
import { type Log } from './telemetry/log';

/** What has been started, in order. */
export type Closers = { readonly what: string; readonly close: () => Promise<void> }[];

/** Nothing of it listens or polls yet. */
export async function assemble(
  reached: Reached,
  around: Surroundings & { readonly closers: Closers },
): Promise<Composed> {
  const { closers } = around;
  closers.push({ what: 'connection', close: () => reached.close() });
  const parts = compose(reached, around);
  closers.push({ what: 'outbound', close: () => parts.outbound.close() });
  closers.push({ what: 'way to receivers', close: () => parts.receivers.close() });
  await parts.nameStrangers();
  return parts;
}

/** `failed` rejects when the worker can no longer run. */
export async function startWorker(
  parts: Composed,
  closers: Closers,
  settings: Partial<WorkerSettings> = {},
): Promise<{ readonly failed: Promise<never> }> {
  const worker = await parts.createWorker(settings);
  const run = worker.run();
  const failed = run.then(never);
  failed.catch(() => undefined); // what else of the start fails may come first; whoever closes the worker is told again
  closers.push({ what: 'worker', close: () => drain(worker, run) });
  await parts.scheduleSweeps();
  return { failed };
}

async function drain(worker: Worker, run: Promise<void>): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await run;
}

/** What could not be stopped is logged, and keeps nothing else from being stopped. */
export async function closeAll(closers: Closers, log: Log): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const { what, close } of closers.reverse()) {
    try {
      await close();
    } catch (err) {
      log.error({ err }, `could not stop the ${what}`);
      failures.push(err);
    }
  }
  if (closers.length > 0) log.info('stopped');
  return failures;
}

export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
