/**
 * Owns waiting for a transaction. The end is waited for with Temporal's long poll; what comes before the end (an early
 * `rolledback`, a change of state) is looked for now and then, since a healthy transaction ends before the first look.
 */
import { once } from 'node:events';
import { WorkflowFailedError } from '@temporalio/client';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Reading, type WaitOptions } from './contract';
import { handleOf } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { EngineUnavailable } from '../errors';
import { read } from './read';

const firstLookMs = 500;
const longestPauseMs = 1000;

/** A look that Temporal does not answer is taken again: it may be starting anew. @throws what `read` throws */
export async function wait(engine: Engine, id: string, options: WaitOptions): Promise<Reading> {
  return untilStopped(options, stop => waitFor(engine, id, { ...options, signal: stop }));
}

async function waitFor(engine: Engine, id: string, options: WaitOptions): Promise<Reading> {
  const { signal: stop } = options;
  const stopped = stop.aborted ? undefined : once(stop, 'abort');
  const over = Promise.race([closed(engine, id, stop), stopped]);
  if (options.until.is === 'outcome') await Promise.race([over, pause(firstLookMs)]);
  let reading = await look(engine, id);
  for (let ms = firstLookMs; !stop.aborted && !isOver(reading?.document, options); ms = longestPauseMs) {
    await Promise.race([reading === undefined ? stopped : over, pause(ms)]);
    reading = await look(engine, id);
  }
  return reading ?? read(engine, id);
}

/**
 * Runs `work` with a signal that aborts with the caller's, after the time, and when `work` is over: nothing of a wait stays.
 * Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 collects the timeout as garbage, and the wait would never end.
 */
async function untilStopped<T>(
  { signal, timeoutMs }: WaitOptions,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
  };
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Undefined where Temporal does not answer. */
async function look(engine: Engine, id: string): Promise<Reading | undefined> {
  try {
    return await read(engine, id);
  } catch (error) {
    if (error instanceof EngineUnavailable) return undefined;
    throw error;
  }
}

function isOver(document: TransactionDocument | undefined, { until }: WaitOptions): boolean {
  if (document === undefined) return false;
  if (document.state === 'interrupted' || document.endedAt !== undefined) return true;
  return until.is === 'outcome' ? document.status !== 'pending' : document.state !== until.from;
}

/** Resolves when the workflow has closed, however it did; never where that cannot be told: looking goes on then. */
async function closed(engine: Engine, id: string, stop: AbortSignal): Promise<void> {
  try {
    await engine.connection.withAbortSignal(stop, () => handleOf(engine, id).result());
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) await new Promise(() => undefined);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref());
}
