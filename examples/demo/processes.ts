/**
 * Owns the processes that the demo starts: each is known by its pid, and all are ended, whatever happens. Once ending has
 * begun nothing more is started.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { given } from '../../src/protocol/wire/given';

export interface StartOptions {
  readonly args: readonly string[];
  readonly stdio: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
}

export class Processes {
  readonly #children = new Set<ChildProcess>();
  #ending = false;

  /** A Node process. */
  start({ args, stdio, env }: StartOptions): ChildProcess {
    if (this.#ending) throw new Error('the demo is ending: nothing more is started');
    const child = spawn(process.execPath, args, { stdio, ...given({ env }) });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  startNoMore(): void {
    this.#ending = true;
  }

  /** Resolves when every process is gone: asked first, killed when it takes longer than `graceMs`. */
  async endAll(graceMs: number): Promise<void> {
    this.startNoMore();
    await Promise.all([...this.#children].map(child => end(child, graceMs)));
  }
}

export async function end(child: ChildProcess, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  if (await isGone(child, graceMs)) return;
  await kill(child);
}

/** SIGKILL: no chance to tidy up. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await isGone(child, 5_000);
}

export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function isGone(child: ChildProcess, withinMs: number): Promise<boolean> {
  if (isRunning(child)) {
    const timer = new AbortController();
    await Promise.race([once(child, 'exit'), sleep(withinMs, undefined, timer)]);
    timer.abort();
  }
  return !isRunning(child);
}
