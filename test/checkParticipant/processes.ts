/**
 * Owns programs that the tests of the check run: the command itself, and participants that are killed and started again.
 * Each is ended by its pid; `endAll` leaves none behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const running = new Set<ChildProcess>();

interface Launched {
  readonly child: ChildProcess;
  /** Its first line of output; rejects where it ends without one. */
  readonly firstLine: Promise<string>;
}

export function launch(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Launched {
  const env = { ...process.env, ...environment };
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', data => (output.stderr += String(data)));
  const firstLine = new Promise<string>((resolveLine, reject) => {
    child.stdout.on('data', data => {
      output.stdout += String(data);
      if (output.stdout.includes('\n')) resolveLine(output.stdout.split('\n')[0] ?? '');
    });
    child.once('error', reject);
    child.once('close', () => {
      running.delete(child);
      reject(new Error(`${program} ended without a line: ${output.stderr}`));
    });
  });
  return { child, firstLine };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!running.has(child)) return;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map(child => end(child, 'SIGKILL')));
}

/** Runs TypeScript without a build: what the tests consist of is in no build. */
const loader = `
  const { transformFileSync } = require('@swc/core');
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
  require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
  const { startParticipant } = require(${JSON.stringify(join(__dirname, 'participant.ts'))});
  const [port, file] = process.argv.slice(1);
  startParticipant([], { port: Number(port), file }).then(({ prepareUrl }) => console.log(prepareUrl));`;

/** A participant in a process of its own, over a database file. @returns its prepare URL, and its restart by SIGKILL. */
export async function startParticipantProcess(
  file: string,
): Promise<{ readonly prepareUrl: string; readonly restart: () => Promise<void> }> {
  let { child, firstLine } = launch(process.execPath, ['-e', loader, '0', file]);
  const prepareUrl = await firstLine;
  const { port } = new URL(prepareUrl);
  const restart = async (): Promise<void> => {
    await end(child, 'SIGKILL');
    ({ child, firstLine } = launch(process.execPath, ['-e', loader, port, file]));
    await firstLine;
  };
  return { prepareUrl, restart };
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `check-participant`, as a shell runs it. */
export const runCheck = runCommand('checkParticipant');
/** `settle-participant`. */
export const runSettle = runCommand('settleParticipant');

type RunCommand = (args: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<Ended>;

function runCommand(folder: string): RunCommand {
  return (args, environment = {}) => runProgram(join(root, 'dist/src', folder, 'main.js'), args, environment);
}

async function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const env = { ...process.env, DTC_SIGNING_SECRET: '', DTC_SIGNING_MASTER_KEY: '', ...environment };
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', data => (output.stdout += String(data)));
  child.stderr.on('data', data => (output.stderr += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  return { code, ...output };
}
