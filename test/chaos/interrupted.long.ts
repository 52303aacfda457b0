/** A run of chaos that is interrupted while it starts leaves nothing behind: no folder, no process, whatever it was about to start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, processesNaming, untilNobodyNames } from '../devServer/fixture';
import { eventually } from '../support/until';

const place = mkdtempSync(join(tmpdir(), 'chaos-interrupted-'));
chmodSync(place, 0o711); // for databases that run as "nobody"
const temporary = join(place, 'tmp');
let child: ChildProcess | undefined;

afterAll(async () => {
  child?.kill('SIGKILL');
  for (const pid of processesNaming(place)) process.kill(pid, 'SIGKILL');
  await untilNobodyNames(place);
  rmSync(place, { recursive: true });
});

const made = (): string[] => readdirSync(temporary);
/** Below the folder of the run. */
const has = (name: string): boolean =>
  made().some(each => each.startsWith('dtc-chaos-') && existsSync(join(temporary, each, name)));

it.each([
  ['its folder', () => made().some(each => each.startsWith('dtc-chaos-'))],
  ['Temporal', () => has('temporal/temporal.db')],
  ['PostgreSQL', () => made().some(each => each.startsWith('dtc-postgres-'))],
  ['SQLite', () => has('ledger.db')],
] as const)('is gone without a trace where it is interrupted as soon as there is %s', async (_, isThere) => {
  rmSync(temporary, { recursive: true, force: true });
  spawnRun();
  await eventually(isThere, 120_000);
  child?.kill('SIGINT');
  const [code] = (await once(child as ChildProcess, 'exit')) as [number | null];
  expect(code).toBe(130);
  await untilNobodyNames(temporary);
  expect(made()).toEqual([]);
});

function spawnRun(): void {
  mkdirSync(temporary, { recursive: true });
  const args = [join(ROOT, 'dist/chaos/main.js'), '--minutes', '1', '--out', join(place, 'out')];
  child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } });
}
