/** How else the coordinator is stopped than by SIGTERM (start.test.ts): from a terminal, and by a service manager that started `npm`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT, newPlace, serverPid, settings } from '../devServer/fixture';
import { endProcesses } from '../support/processes';
import { eventually } from '../support/until';
import { expectCleanStop } from './stopping';

afterEach(endProcesses);

it('stops with `npm start`, which a service manager signals alone', async () => {
  const place = await newPlace();
  const env = { ...process.env, DTC_PORT: '0', ...settings(place) };
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let printed = '';
  npm.stderr.on('data', chunk => (printed += String(chunk)));
  try {
    await eventually(() => printed.includes('is ready'), 60_000);
    const api = /API +(\S+)/.exec(printed)?.[1] ?? '';
    const server = serverPid(place.dataDir);
    npm.kill('SIGTERM');
    expect(await once(npm, 'exit')).toEqual([0, null]);
    await expect(fetch(`${api}/healthz`)).rejects.toThrow();
    expect(() => process.kill(server, 0)).toThrow('ESRCH');
  } finally {
    endGroup(npm.pid ?? 0);
  }
});

/** What of it is still there. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('SIGINT', () => {
  it('answers who waits, ends with 0 within 15 seconds, leaves nothing, and the next start goes on', () =>
    expectCleanStop('SIGINT'));
});
