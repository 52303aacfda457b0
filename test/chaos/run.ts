/** Owns `npm run chaos` as a process for a test: its exit code and its report. Where a run without a bug finds something, all that it left is kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../devServer/fixture';

export interface Chaos {
  readonly code: number | null;
  /** With what it said on its way. */
  readonly report: string;
  readonly page: string;
}

export async function chaos(...args: string[]): Promise<Chaos> {
  const out = await mkdtemp(join(tmpdir(), 'dtc-chaos-report-'));
  const child = spawn(process.execPath, [join(ROOT, 'dist/chaos/main.js'), ...args, '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let report = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (report += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  const page = read(join(out, 'report.html'));
  // what meets what is up to the machine: the same seed need not show it again
  if (code === 0 || args.includes('--plant')) await rm(out, { recursive: true });
  else report += `\nkept in ${out}\n`;
  return { code, report, page };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it failed before; `report` says why
  }
}
