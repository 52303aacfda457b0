// Who listens on a port: asked of the script that knows, which is plain Node so that temporal-dev.sh can use it too.
// Can fail: the script cannot be run (throws).
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from './packageRoot';

/** For people: `pid 27944 (node)`. */
export async function holderOf(port: number): Promise<string> {
  const script = join(packageRoot(), 'scripts/temporalDev/whoHas.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(port)]);
  return stdout.trim();
}
