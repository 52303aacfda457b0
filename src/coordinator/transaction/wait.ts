/**
 * Owns waiting for a transaction (PROTOCOL §3). One long poll of Temporal waits for the end, and what it brings is the answer.
 * What comes before the end (an early `rolledback`, a change of state) is looked for now and then by `describe` alone, which
 * asks no worker; only what it shows to be over is then read in full.
 *
 * Waiting costs next to nothing, however many wait: all looks of one process together are at most `looksPerSecond`, so that an
 * engine which is slow is not made slower by those who wait for it.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOf } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { type TransactionDocument } from '../../protocol/client/document';
import { documentFrom } from '../../protocol/client/documentFrom';
import { type Ms } from '../../protocol/wire/phases';
import { EngineUnavailable } from '../errors';
import { type Reading, type WaitOptions } from './contract';
import { describedDocument } from './describe';
import { describe, read } from './read';

/** Of one who waits alone; a healthy transaction ends before the first look. */
const lookEveryMs = 1000;
const looksPerSecond = 10;
/** Once the wait is over, for the read that it ends with: an answer is due. */
const lastReadMs = 1000;

export type Wait = (from: Reading, options: WaitOptions) => Promise<Reading>;

export function waits(engine: Engine): Wait {
  let waiting = 0;
  const lookAgainIn = (): Ms => Math.max(lookEveryMs, (waiting * 1000) / looksPerSecond);
  /** @throws what `read` throws, but where Temporal does not answer: then it is what was known before */
  return (from, options) =>
    untilStopped(options, async stop => {
      waiting += 1;
      try {
        return await waitFor(engine, from, { ...options, signal: stop, lookAgainIn });
      } finally {
        waiting -= 1;
      }
    });
}

type Waiting = WaitOptions & { readonly lookAgainIn: () => Ms };

async function waitFor(engine: Engine, from: Reading, options: Waiting): Promise<Reading> {
  if (isOver(from.document, options)) return from;
  const { signal: stop } = options;
  const stopped = stop.aborted ? 'stopped' : once(stop, 'abort').then(() => 'stopped' as const);
  const late = Promise.resolve(stopped).then(() => sleep(lastReadMs, undefined, { ref: false }));
  const { id } = from.document;
  let end = ended(engine, id, stop);
  let change = look(engine, id, options);
  for (;;) {
    const seen = await Promise.race([end, change, stopped]);
    if (typeof seen === 'object') return { ...from, document: seen };
    const reading = await readNow(engine, from, late);
    if (seen === 'stopped' || isOver(reading.document, options)) return reading;
    // each is begun again only once it is over: one of a kind is under way
    if (seen === 'closed')
      end = ended(engine, id, stop); // it was taken up again
    else change = look(engine, id, options);
  }
}

/** Whoever has waited so long gets an answer: what is known from before, where Temporal gives none. */
async function readNow(engine: Engine, from: Reading, late: Promise<void>): Promise<Reading> {
  try {
    return (await Promise.race([read(engine, from.document.id), late])) ?? from;
  } catch (error) {
    if (error instanceof EngineUnavailable) return from;
    throw error;
  }
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

function isOver(document: TransactionDocument, { until }: WaitOptions): boolean {
  if (document.state === 'interrupted' || document.endedAt !== undefined) return true;
  return until.is === 'outcome' ? document.status !== 'pending' : document.state !== until.from;
}

/**
 * What the workflow ended with, which is durable; `closed` where it has no result of ours. Never where Temporal does not tell:
 * looking goes on then.
 */
async function ended(engine: Engine, id: string, stop: AbortSignal): Promise<TransactionDocument | 'closed'> {
  try {
    const end = await endOf(engine, id, stop);
    if (end.is === 'unseen') return await never();
    return (end.is === 'completed' ? documentFrom(end.result, id) : undefined) ?? 'closed';
  } catch {
    return never();
  }
}

/** Resolves when `describe` shows what was waited for, however long that takes; a look that Temporal does not answer is repeated. */
async function look(engine: Engine, id: string, options: Waiting): Promise<'changed'> {
  const { signal, lookAgainIn } = options;
  for (;;) {
    await sleep(lookAgainIn(), undefined, { signal }).catch(never);
    try {
      if (isOver(describedDocument(engine, await describe(engine, id)), options)) return 'changed';
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
