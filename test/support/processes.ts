/**
 * Owns coordinators as real processes, `node dist/src/main.js` as `npm start` runs it: started, killed and stopped by pid,
 * each with a data directory and ports of its own. `endProcesses` leaves nothing behind, whatever a test left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { ROOT, cleanUp } from '../devServer/fixture';
import { until } from './until';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly afterMs: number;
}

export interface LaunchedProcess {
  readonly pid: number;
  /** What it printed, standard output (the log) and standard error (the ready block, or why it stopped). */
  readonly printed: { stdout: string; stderr: string };
  readonly ended: Promise<Exit>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<Exit>;
  /** Sends the signal and waits for the end; `afterMs` counts from the signal. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface CoordinatorProcess extends LaunchedProcess {
  /** From the ready block; empty for a worker. */
  readonly url: string;
}

type Settings = Readonly<Record<string, string>>;

const running = new Set<ChildProcess>();
const readyBlock = /is ready \(role: \w+\)\.\n(?: {2}.*\n|\n)+$/;

interface Surroundings {
  /** A descriptor that it gets instead of a pipe that is read. */
  readonly stdout?: number;
  /** How many it may have open. */
  readonly descriptors?: number;
}

/** Only `settings` reach it: what the test run itself was started with does not. */
export function launchProcess(
  settings: Settings,
  { stdout, descriptors }: Surroundings = {},
): LaunchedProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:DTC|TEMPORAL|OTEL)_/.test(name));
  const env = { ...Object.fromEntries(inherited), DTC_PORT: '0', ...settings };
  const limited = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const child = spawn(
    'sh',
    ['-c', `${limited}exec "$0" "$1"`, process.execPath, join(ROOT, 'dist/src/main.js')],
    {
      cwd: ROOT,
      env,
      stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    },
  );
  running.add(child);
  let since = Date.now();
  const printed = { stdout: '', stderr: '' };
  child.stdout?.on('data', chunk => (printed.stdout += String(chunk)));
  child.stderr?.on('data', chunk => (printed.stderr += String(chunk)));
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as Exit['signal'], afterMs: Date.now() - since };
  });
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> => {
    since = Date.now();
    child.kill(signal);
    return ended;
  };
  return { pid: child.pid ?? 0, printed, ended, stop, kill: () => stop('SIGKILL') };
}

/** Resolves with the ready block; rejects with what it printed where it ends without one. */
export async function startProcess(
  settings: Settings,
  around: Surroundings = {},
): Promise<CoordinatorProcess> {
  const launched = launchProcess(settings, around);
  const { printed } = launched;
  let exit: Exit | undefined;
  void launched.ended.then(how => (exit = how));
  const look = (): string => {
    if (exit !== undefined) throw new Error(`the coordinator ended: ${printed.stderr}${printed.stdout}`);
    return printed.stderr;
  };
  await until(look, seen => readyBlock.test(seen), { withinMs: 60_000, everyMs: 20 });
  return { ...launched, url: /^ {2}API +(\S+)$/m.exec(printed.stderr)?.[1] ?? '' };
}

/** Kills what still runs, by pid, then the Temporal servers that it leaves (by their data directories), and those. */
export async function endProcesses(): Promise<void> {
  const ended = [...running].map(child => once(child, 'close'));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ended);
  await cleanUp();
}

/** The first instant at which `/readyz` says so; fails after 30 s. */
export async function readyAt(url: string): Promise<number> {
  const look = (): Promise<string> =>
    fetch(`${url}/readyz`).then(({ ok }) => (ok ? 'ready' : 'not ready'), String);
  await until(look, seen => seen === 'ready', { withinMs: 30_000, everyMs: 25 });
  return Date.now();
}

/** POST /transactions; the document of the 201. Rejects on anything else, and where there is no answer. */
export async function post(url: string, body: unknown, headers: Settings = {}): Promise<TransactionDocument> {
  const response = await fetch(`${url}/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as TransactionDocument;
}

/** Reads, through failures to, until `endedAt` is there; fails with the last answer after `withinMs`. */
export async function untilEnded(url: string, id: string, withinMs = 30_000): Promise<TransactionDocument> {
  const look = async (): Promise<TransactionDocument | string> => {
    const last = await fetch(`${url}/transactions/${id}`).then(answer => answer.text(), String);
    return last.startsWith('{') ? (JSON.parse(last) as TransactionDocument) : last;
  };
  const hasEnded = (seen: TransactionDocument | string): boolean =>
    typeof seen !== 'string' && seen.endedAt !== undefined;
  return (await until(look, hasEnded, { withinMs, everyMs: 50 })) as TransactionDocument;
}
