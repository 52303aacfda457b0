// A coordinator process that owns a development server and does nothing else, so that a test can kill it.
// Runs the compiled code, as npm start does (pretest builds it).
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ROOT, type Place } from './fixture';

const PROGRAM = `
  const { startDevServer } = require(${JSON.stringify(join(ROOT, 'dist/src/engine/devServer/devServer.js'))});
  process.once('SIGUSR2', () => process.exit(7));
  startDevServer({ ...JSON.parse(process.argv[1]), log: () => {} }).then(() => {
    console.log('started');
    setInterval(() => {}, 1000);
  });
`;

export interface Coordinator {
  readonly pid: number;
  kill(): Promise<void>;
  /** Has it end by itself, without stopping its server. */
  exit(): Promise<void>;
}

export async function coordinatorAt(place: Place): Promise<Coordinator> {
  const child = spawn(process.execPath, ['-e', PROGRAM, JSON.stringify(place)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  if (child.pid === undefined) throw new Error('no coordinator');
  return { pid: child.pid, kill: () => end(child, 'SIGKILL'), exit: () => end(child, 'SIGUSR2') };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await once(child, 'exit');
}
