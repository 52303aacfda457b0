// What these tests share: data directories and ports of their own, the script as a process, and looking for
// what was left behind.
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { answers, freePorts } from '../support/listening';
import { eventually, until } from '../support/until';

export const ROOT = resolve(__dirname, '../..');
const SCRIPT = join(ROOT, 'temporal-dev.sh');

export interface Place {
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
}

const made: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dtc-dev-server-'));
  made.push(folder);
  return folder;
}

export async function newPlace(): Promise<Place> {
  const [port, uiPort] = await freePorts();
  return { dataDir: join(newFolder(), 'data'), port, uiPort };
}

/** Ends what a failed test left running, so that one failure brings no others, and removes the folders. */
export async function cleanUp(): Promise<void> {
  for (const folder of made.splice(0)) {
    for (const pid of processesNaming(folder)) process.kill(pid, 'SIGKILL');
    await untilNobodyNames(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function untilNobodyNames(text: string): Promise<void> {
  const look = (): number[] => processesNaming(text);
  await until(look, pids => pids.length === 0, { withinMs: 40_000, everyMs: 50 });
}

/** Living processes with the text in their command line. */
export function processesNaming(text: string): number[] {
  return execFileSync('ps', ['-axo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map(line => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .flatMap(match =>
      match?.[3]?.includes(text) === true && !match[2]?.startsWith('Z') ? [Number(match[1])] : [],
    );
}

export { answers };

export function serverPid(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { pid: number }).pid;
}

export interface Script {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** temporal-dev.sh as somebody at a terminal runs it. */
export function runScript(args: readonly string[], env: Record<string, string>): Script {
  const child = spawn(SCRIPT, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', data => (text.stdout += String(data)));
  child.stderr.on('data', data => (text.stderr += String(data)));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended };
}

export function runAt(place: Place): Script {
  return runScript([], settings(place));
}

export function settings({ dataDir, port, uiPort }: Place): Record<string, string> {
  return { DTC_DATA_DIR: dataDir, DTC_TEMPORAL_PORT: String(port), DTC_TEMPORAL_UI_PORT: String(uiPort) };
}

export async function ready(script: Script): Promise<void> {
  const over = script.ended.then(code => {
    throw new Error(`temporal-dev.sh ended with ${code}: ${script.stderr()}`);
  });
  await Promise.race([eventually(() => script.stdout().includes('database '), 40_000), over]);
}

/** The script, run by hand, that gets the signal. */
export async function expectCleanEnd(signal: NodeJS.Signals): Promise<void> {
  const place = await newPlace();
  const script = runAt(place);
  await ready(script);
  script.child.kill(signal);
  expect(await script.ended).toBe(0);
  expect(processesNaming(place.dataDir)).toEqual([]);
  expect(await answers(place.port)).toBe(false);
}
