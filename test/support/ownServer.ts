/** Owns a Temporal server for one test file, where the shared one will not do: with a setting of its own, which is not the shipped one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './listening';
import { temporalBinary } from './temporalCli';

export interface OwnServer {
  readonly address: string;
  /** SIGSTOP: it answers nothing, and its connections stay. */
  pause(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/**
 * @param setting of Temporal's dynamic configuration, as `name=value`
 * @param database its file, where it is to outlive the server
 */
export async function startOwnServer(setting?: string, database?: string): Promise<OwnServer> {
  const port = String(await freePort());
  const args = ['server', 'start-dev', '--headless', '--port', port, '--log-level', 'never'];
  const file = database === undefined ? [] : ['--db-filename', database];
  const more = setting === undefined ? [] : ['--dynamic-config-value', setting];
  const server = spawn(temporalBinary(), [...args, ...file, ...more], { stdio: 'ignore' });
  return {
    address: `127.0.0.1:${port}`,
    pause: () => server.kill('SIGSTOP'),
    goOn: () => server.kill('SIGCONT'),
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}
