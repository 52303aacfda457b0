/** Owns a Temporal server for one test file, where the shared one will not do: with a setting of its own, which is not the shipped one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, freePort } from './listening';
import { temporalBinary } from './temporalCli';

export interface OwnServer {
  readonly address: string;
  /** SIGSTOP: it answers nothing, and its connections stay. */
  pause(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/** It takes further ports by itself, of which another process may have one by then. */
const tries = 5;

/**
 * Resolves once it listens.
 * @param setting of Temporal's dynamic configuration, as `name=value`
 * @param database its file, where it is to outlive the server
 */
export async function startOwnServer(setting?: string, database?: string): Promise<OwnServer> {
  for (let nth = 1; nth <= tries; nth += 1) {
    const port = await freePort();
    const args = ['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'never'];
    const file = database === undefined ? [] : ['--db-filename', database];
    const more = setting === undefined ? [] : ['--dynamic-config-value', setting];
    const server = spawn(temporalBinary(), [...args, ...file, ...more], { stdio: 'ignore' });
    if (!(await listens(server, port))) continue;
    return {
      address: `127.0.0.1:${port}`,
      pause: () => server.kill('SIGSTOP'),
      goOn: () => server.kill('SIGCONT'),
      stop: async () => {
        if (hasEnded(server)) return;
        server.kill();
        await once(server, 'exit');
      },
    };
  }
  throw new Error(`Temporal's server ended ${tries} times before it listened`);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** False where it has ended before. */
async function listens(server: ChildProcess, port: number): Promise<boolean> {
  while (!hasEnded(server)) {
    if (await answers(port)) return true;
    await sleep(50);
  }
  return false;
}
