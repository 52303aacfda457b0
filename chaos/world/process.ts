/**
 * Owns one process of a run: known by its pid, killed, frozen and started again at will, and started again by itself where it ends without
 * being told, as a service manager does. A guard ends it should this process be killed, frozen or not.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endAfterDemo } from '../../examples/demo/guard';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Stands in its command line, so that the guard ends no other process of its pid. */
  readonly mark: string;
  /** Whether it is told what to do by IPC. */
  readonly takesMessages?: boolean;
  isReady(): Promise<boolean>;
}

const readyWithinMs = 60_000;
const restartPauseMs = 300;

export class ManagedProcess {
  readonly #program: Program;
  readonly #onDeath: (how: string) => void;
  #child: ChildProcess | undefined;
  #guard: ReturnType<typeof endAfterDemo> | undefined;
  /** Somebody wants it to run. */
  #wanted = false;

  constructor(program: Program, onDeath: (how: string) => void) {
    this.#program = program;
    this.#onDeath = onDeath;
  }

  get name(): string {
    return this.#program.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready; rejects where it is not within a minute. */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#spawn();
    await this.untilReady();
  }

  async untilReady(withinMs = readyWithinMs): Promise<void> {
    const end = Date.now() + withinMs;
    while (!(await this.#program.isReady())) {
      await sleep(50);
      if (!this.#wanted) return;
      if (Date.now() > end)
        throw new Error(`${this.name} is not ready after ${withinMs} ms: see ${this.#program.logFile}`);
    }
  }

  /** SIGKILL, also of one that is frozen; resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** In order; killed where that takes longer than 20 s. */
  async stop(): Promise<void> {
    const killing = new AbortController();
    const late = sleep(20_000, undefined, { signal: killing.signal }).then(
      () => this.#child?.kill('SIGKILL'),
      () => undefined,
    );
    await this.#end('SIGTERM');
    killing.abort();
    await late;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Lost where it does not run: the trouble it is told of goes with it. */
  tell(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  #spawn(): void {
    const { command, args, env, logFile, mark, takesMessages } = this.#program;
    const log = openSync(logFile, 'a');
    const stdio: StdioOptions = ['ignore', log, log, ...(takesMessages === true ? (['ipc'] as const) : [])];
    const child = spawn(command, args, { stdio, env });
    closeSync(log);
    this.#child = child;
    this.#guard?.release();
    if (child.pid !== undefined) this.#guard = endAfterDemo(child.pid, mark, 'KILL');
    child.once('error', error => {
      this.#onDeath(error.message);
    });
    child.once('exit', (code, signal) => {
      this.#guard?.release();
      if (!this.#wanted || this.#child !== child) return;
      this.#onDeath(signal ?? `exit code ${String(code)}`);
      setTimeout(() => {
        if (this.#wanted && this.#child === child) this.#spawn();
      }, restartPauseMs);
    });
  }
}
