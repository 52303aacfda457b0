// Builds Temporal's server and its SQL tool from their Go module, once: kept in the user's cache, as the Temporal
// CLI is. Go checks what it downloads against its checksum database. Prints the folder of the two programs on
// standard output, and what it does on standard error.
// usage: node test/cluster/build.mjs
// Can fail: no Go, one that is too old, no module proxy, no room. Each ends with one message that says what to
// do, and exit code 1.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SERVER, PROGRAMS } from './release.mjs';

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dtc');
const kept = join(cache, `temporal-server-${SERVER}`);
const packages = { server: 'cmd/server', sql: 'cmd/tools/sql' };

try {
  if (!isBuilt(kept)) await build();
  console.log(kept);
} catch (error) {
  console.error(`cluster: ${error.message}`);
  process.exitCode = 1;
}

function isBuilt(folder) {
  return PROGRAMS.every(name => existsSync(join(folder, name)));
}

/** In a folder of its own, moved into place at the end: nobody sees half of it. */
async function build() {
  const go = await findGo();
  mkdirSync(cache, { recursive: true });
  const workshop = mkdtempSync(join(cache, 'build-'));
  try {
    console.error(
      `cluster: building Temporal ${SERVER} from its Go module: about six minutes on two cores, once`,
    );
    const modules = PROGRAMS.map(name => `go.temporal.io/server/${packages[name]}@v${SERVER}`);
    const env = { ...process.env, GOBIN: workshop, GOFLAGS: `${process.env.GOFLAGS ?? ''} -trimpath`.trim() };
    const code = await run('nice', ['-n', '10', go, 'install', '-p', '1', ...modules], env);
    if (code !== 0)
      throw new Error(
        `"go install" ended with ${code}, see above. It needs a Go that is new enough for the module, and the module proxy that GOPROXY names`,
      );
    rmSync(kept, { recursive: true, force: true });
    renameSync(workshop, kept);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function findGo() {
  for (const go of ['go', '/usr/local/go/bin/go'])
    if ((await run(go, ['version'], process.env)) === 0) return go;
  throw new Error(
    'there is no Go on PATH or in /usr/local/go: install it, 1.26.8 or newer (https://go.dev/dl)',
  );
}

/** The exit code; undefined where the program is not there. What it prints goes to standard error. */
async function run(command, args, env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 2, 2] });
  try {
    const [code, signal] = await once(child, 'close');
    return code ?? signal;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}
