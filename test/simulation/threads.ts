/** Owns playing seeds in several threads: each takes the next few, in order, until one is found that breaks a promise. */
import { once } from 'node:events';
import path from 'node:path';
import { Worker, parentPort } from 'node:worker_threads';
import { loadCode } from './code';
import { type Played, play } from './search';

interface Seeds {
  readonly seed: number;
  readonly runs: number;
}

/** That a thread takes at once. */
const atOnce = 500;
const script = path.resolve(__dirname, '../../scripts/simulate.mjs');

/** @param onPlayed is told of each part that was played, in no order. @returns the one with the lowest seed that was found */
export async function playInThreads(
  { seed, runs, jobs }: Seeds & { readonly jobs: number },
  onPlayed: (played: Played) => void,
): Promise<Played['found']> {
  let next = seed;
  const found: NonNullable<Played['found']>[] = [];
  const take = (): Seeds | undefined => {
    const left = seed + runs - next;
    if (left === 0 || found.length > 0) return undefined;
    const taken = { seed: next, runs: Math.min(atOnce, left) };
    next += taken.runs;
    return taken;
  };
  const threads = Math.min(jobs, Math.ceil(runs / atOnce));
  await Promise.all(
    Array.from({ length: threads }, () =>
      playOn(new Worker(script), take, played => {
        if (played.found !== undefined) found.push(played.found);
        onPlayed(played);
      }),
    ),
  );
  return found.sort((a, b) => a.seed - b.seed)[0];
}

async function playOn(
  thread: Worker,
  take: () => Seeds | undefined,
  onPlayed: (played: Played) => void,
): Promise<void> {
  try {
    for (let seeds = take(); seeds !== undefined; seeds = take()) {
      thread.postMessage(seeds);
      const [played] = (await once(thread, 'message')) as [Played]; // rejects with the thread's error
      onPlayed(played);
    }
  } finally {
    await thread.terminate();
  }
}

/** In a thread of its own: plays what it is told to, and says what came of it. */
export function playAsTold(): void {
  const code = loadCode();
  parentPort?.on('message', (seeds: Seeds) => {
    void play(code, seeds).then(played => parentPort?.postMessage(played));
  });
}
