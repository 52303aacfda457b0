/** Owns a MariaDB server of the run's own, where its programs are at hand: a process like the others, with its data in the run's folder. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../examples/freePorts';
import { type Program } from './process';
import { environment } from './temporal';

const run = promisify(execFile);

/** Where distributions put what only root is expected to start. */
const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
const env = (): NodeJS.ProcessEnv => ({ ...environment(), PATH: path });

export function hasMariadb(): boolean {
  try {
    for (const program of ['mariadbd', 'my_print_defaults'])
      execFileSync('sh', ['-c', `command -v ${program}`], { env: env(), stdio: 'ignore' });
    return true;
  } catch {
    return false; // none here
  }
}

export interface MariadbPlace {
  readonly folder: string;
  readonly logs: string;
}

export interface Mariadb {
  readonly url: string;
  readonly program: Program;
}

/** Made, and not started yet. */
export async function makeMariadb({ folder, logs }: MariadbPlace): Promise<Mariadb> {
  const place = join(folder, 'mariadb');
  const data = join(place, 'data');
  mkdirSync(place);
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['--user=nobody'] : []; // it refuses to run as root
  if (isRoot) {
    chmodSync(folder, 0o711); // to be passed through
    execFileSync('chown', ['nobody', place]);
  }
  await run(
    'mariadb-install-db',
    [
      ...['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', '--force'],
      ...as,
      `--datadir=${data}`,
      `--tmpdir=${place}`,
    ],
    { env: env() },
  );
  const port = await freePort();
  return {
    url: `mysql://root@127.0.0.1:${port}/`,
    program: {
      name: 'mariadbd',
      command: 'mariadbd',
      args: [
        ...['--no-defaults', ...as, `--datadir=${data}`, `--socket=${join(place, 'socket')}`],
        ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-log-bin'],
        `--pid-file=${join(place, 'pid')}`,
        `--tmpdir=${place}`, // that of this process may be closed to "nobody"
      ],
      env: env(),
      logFile: join(logs, 'mariadbd.log'),
      mark: data,
      isReady: () => answers(port),
    },
  };
}

/** Greets whoever comes, once it has recovered. */
function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('data', () => {
      end(true);
    });
    for (const failed of ['error', 'timeout', 'close'] as const)
      socket.once(failed, () => {
        end(false);
      });
  });
}
