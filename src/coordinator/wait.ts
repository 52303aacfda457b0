/**
 * Owns waiting for a transaction. The end is waited for with Temporal's long poll; what comes before the end (an early
 * `rolledback`, a change of state) is looked for now and then, since a healthy transaction ends before the first look.
 */
import { type TransactionDocument } from '../protocol/wire/document';
import { type Reading, type WaitOptions } from './contract';
import { type Engine } from './engine';
import { read } from './read';

const firstLookMs = 250;
const longestPauseMs = 1000;

/** @throws what `read` throws */
export async function wait(engine: Engine, id: string, options: WaitOptions): Promise<Reading> {
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const stopped = new Promise<void>(resolve => {
    stop.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
    if (stop.aborted) resolve();
  });
  const end = closed(engine, id, stop);
  if (options.until.is === 'outcome') await Promise.race([end, stopped, pause(firstLookMs)]);
  let reading = await read(engine, id);
  for (
    let ms = firstLookMs;
    !stop.aborted && !isOver(reading.document, options);
    ms = Math.min(2 * ms, longestPauseMs)
  ) {
    await Promise.race([end, stopped, pause(ms)]);
    reading = await read(engine, id);
  }
  return reading;
}

function isOver(document: TransactionDocument, { until }: WaitOptions): boolean {
  if (document.state === 'interrupted' || document.endedAt !== undefined) return true;
  return until.is === 'outcome' ? document.status !== 'pending' : document.state !== until.from;
}

/** Resolves when the workflow has closed, however it did; else never, or when `stop` aborts. */
async function closed({ client, connection }: Engine, id: string, stop: AbortSignal): Promise<void> {
  try {
    await connection.withAbortSignal(stop, () => client.workflow.getHandle(id).result());
  } catch {
    // failed, terminated, unknown or given up: the reading that follows tells which
    if (!stop.aborted) await pause(firstLookMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref());
}
