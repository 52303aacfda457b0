// A real disk that is full, a small one in memory: said in log, readiness and answers, at once, while it lasts; and at a start.
// Needs the right to mount one; counts as skipped without.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/listening';
import { endProcesses, launchProcess, readyAt, startProcess } from '../support/processes';
import { until } from '../support/until';
import { processesNaming, settings, untilNobodyNames } from './fixture';

const folder = mkdtempSync(join(tmpdir(), 'dtc-full-disk-'));
const mounted = mounts();

function mounts(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(async () => {
  await endProcesses();
  for (const pid of processesNaming(folder)) process.kill(pid, 'SIGKILL');
  await untilNobodyNames(folder);
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
});

const filler = join(folder, 'filler');

function fill(): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize - 2 * 2 ** 20)); // to its last byte it would not be whole
}

const full = { type: '/problems/engine-unavailable', detail: expect.stringContaining('disk') as unknown };

(mounted ? it : it.skip)('is said everywhere, and is over by itself when there is room', async () => {
  const [port, uiPort] = await freePorts();
  const env = settings({ dataDir: join(folder, 'data'), port, uiPort });
  const coordinator = await startProcess(env);
  const { url, printed } = coordinator;
  const post = (): Promise<Response> =>
    fetch(`${url}/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(['http://127.0.0.1:9/a/prepare']),
    });
  fill();
  const ready = async (): Promise<number> => (await fetch(`${url}/readyz`)).status;
  await until(ready, status => status === 503);
  expect(printed.stdout).toMatch(/"level":"error".*the disk of the data directory .* is full/);
  const began = Date.now();
  const refused = await post();
  expect([refused.status, await refused.json()]).toMatchObject([503, full]);
  expect(Date.now() - began).toBeLessThan(1_500);

  rmSync(filler);
  await readyAt(url);
  expect((await post()).status).toBe(201);

  fill();
  await coordinator.stop();
  const again = launchProcess(env);
  expect((await again.ended).code).toBe(1);
  expect(again.printed.stderr).toMatch(
    /^the Temporal server did not start: the disk of the data directory .* is full .*DTC_DATA_DIR.*\n$/,
  );
  rmSync(filler);
});
