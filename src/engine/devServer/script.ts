// Spawning temporal-dev.sh. Owns how it is called and what becomes of its standard error: progress is logged
// as it comes, an error is kept for whoever waits. Can fail: it cannot be spawned (throws).
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { type LaunchOptions, type Log } from './options';
import { packageRoot } from './packageRoot';

export interface Script {
  readonly pid: number;
  readonly stdout: Readable;
  /** Resolves with how it ended, once its output is read; never rejects. */
  readonly ended: Promise<string>;
  /** The message after 'error: ', or ''. */
  readonly error: () => string;
}

/**
 * `env` adds to the environment and then becomes the script, as the script then becomes the server: all have
 * one pid.
 */
export async function runScript(options: LaunchOptions): Promise<Script> {
  const settings = [
    `DTC_DATA_DIR=${options.dataDir}`,
    `DTC_TEMPORAL_PORT=${options.port}`,
    `DTC_TEMPORAL_UI_PORT=${options.uiPort}`,
  ];
  const owner = `${process.pid}:${options.token}`;
  const root = packageRoot();
  const args = [...settings, join(root, 'temporal-dev.sh'), '--coordinator', owner];
  const child = spawn('env', args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = howItEnded(child);
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('temporal-dev.sh was spawned without a pid');
  return { pid: child.pid, stdout: child.stdout, ended, error: errorOf(child.stderr, options.log) };
}

function howItEnded(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('close', (code, signal) => {
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });
}

function errorOf(stderr: Readable, log: Log): () => string {
  const error: string[] = [];
  createInterface({ input: stderr }).on('line', line => {
    if (error.length > 0 || line.startsWith('error: ')) error.push(line.replace(/^error: /, ''));
    else log('info', line.replace(/^temporal-dev: /, ''));
  });
  return () => error.join('\n');
}
