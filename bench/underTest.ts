/** Owns the bench's surroundings: a Temporal server of its own, the participants and the process under test. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../examples/freePorts';
import { startDevServer } from '../src/engine/devServer/devServer';
import { type Cost, type Load, type Memory, type Question, type Ran, type Reply } from './protocol';
import { type TemporalProcess, temporalProcess } from './temporalProcess';

export interface UnderTest {
  readonly apiUrl: string;
  readonly participantsUrl: string;
  readonly temporal: TemporalProcess;
  load(load: Load): Promise<Ran>;
  /** Of workflows that have ended. */
  costs(ids: readonly string[]): Promise<readonly Cost[]>;
  memory(): Promise<Memory>;
  /** Used by the coordinator's process so far. */
  cpuMs(): Promise<number>;
  /** One more process, that has a worker alone. */
  startWorker(): Promise<{ readonly stop: () => Promise<void> }>;
  /** Ends everything that was started, by pid, and removes its data. */
  stop(): Promise<void>;
}

interface Start {
  /** Of a server that was there before, which stays; a new one unless given. */
  readonly dataDir?: string;
  /** `api`: its workers are processes of their own. */
  readonly role?: 'all' | 'api';
}

/** @param signal stops it, also while it starts. */
export async function startUnderTest(signal: AbortSignal, how: Start = {}): Promise<UnderTest> {
  const closers = new Closers();
  const interrupt = (): void => void closers.close();
  signal.addEventListener('abort', interrupt);
  closers.add(() => {
    signal.removeEventListener('abort', interrupt);
  });
  try {
    return await start(
      closers,
      { dataDir: how.dataDir ?? newDataDir(closers), role: how.role ?? 'all' },
      signal,
    );
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function newDataDir(closers: Closers): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'dtc-bench-'));
  closers.add(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  return dataDir;
}

async function start(
  closers: Closers,
  { dataDir, role }: Required<Start>,
  signal: AbortSignal,
): Promise<UnderTest> {
  const [port = 0, uiPort = 0] = await freePorts(2);
  let pid = NaN;
  const log = (_level: string, _message: string, fields?: Record<string, unknown>): void => {
    if (typeof fields?.['pid'] === 'number') pid = fields['pid']; // of each start of the server
  };
  const temporal = await startDevServer({ dataDir, port, uiPort, signal, log });
  closers.add(() => temporal.stop());
  signal.throwIfAborted();
  const participants = forked('participants.js', []);
  closers.add(() => end(participants));
  const participantsUrl = `http://127.0.0.1:${((await message(participants)) as { port: number }).port}`;
  signal.throwIfAborted();
  const coordinator = forked('coordinator.js', [temporal.address, participantsUrl, role]);
  closers.add(() => end(coordinator));
  const { ready } = (await message(coordinator)) as Extract<Reply, { ready: unknown }>;
  const ask = async (question: Question): Promise<unknown> => {
    coordinator.send(question);
    return message(coordinator);
  };
  return {
    ...{ apiUrl: ready.url, participantsUrl, stop: () => closers.close() },
    temporal: await temporalProcess(pid),
    startWorker: async () => {
      const worker = forked('coordinator.js', [temporal.address, participantsUrl, 'worker']);
      closers.add(() => end(worker));
      await message(worker);
      return { stop: () => end(worker) };
    },
    load: async load => ((await ask({ ask: 'load', load })) as { ran: Ran }).ran,
    costs: async ids => ((await ask({ ask: 'costs', ids })) as { costs: readonly Cost[] }).costs,
    memory: async () => ((await ask({ ask: 'memory' })) as { memory: Memory }).memory,
    cpuMs: async () => ((await ask({ ask: 'cpu' })) as { cpuMs: number }).cpuMs,
  };
}

/** Participants of another kind, on a port of their own. */
export async function startProcess(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = forked(file, args);
  const stop = (): Promise<void> => {
    signal.removeEventListener('abort', interrupt);
    return end(child);
  };
  const interrupt = (): void => void stop();
  signal.addEventListener('abort', interrupt);
  const { port } = (await message(child)) as { port: number };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** What a process of its own tells, once it does. */
export async function askProcess(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const child = forked(file, args);
  const interrupt = (): void => void end(child);
  signal.addEventListener('abort', interrupt);
  try {
    return await message(child);
  } finally {
    signal.removeEventListener('abort', interrupt);
    await end(child);
  }
}

class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #closed: Promise<void> | undefined;

  add(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  /** In reverse, once; whoever asks again waits for the same. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}

/** What it logs goes nowhere, as fast as it can. */
function forked(file: string, args: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  return fork(join(__dirname, file), args, {
    execArgv: ['--expose-gc'],
    stdio: [...stdio],
    env: environment(),
  });
}

/** The caller's own settings are not measured. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DTC|TEMPORAL)_/.test(name)));
}

async function message(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const over = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error(`a process of the bench ended: ${child.spawnargs.join(' ')}`);
  });
  try {
    const [first] = (await Promise.race([once(child, 'message'), over])) as [unknown];
    return first;
  } finally {
    over.catch(() => undefined);
    ended.abort();
  }
}

/** At once: nothing of it is kept. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
