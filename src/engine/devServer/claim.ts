// Letting go of a data directory that temporal-dev.sh claimed for this process. How claims work:
// scripts/ownership/claims.mjs.
// Can fail: the claim cannot be written (throws). A directory that is not there has no claim.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Empties the claim that has the token, if there is one: its number stays taken, so that claims never go
 * back.
 */
export async function letGo(dataDir: string, token: string): Promise<void> {
  const names = await readdir(dataDir).catch(() => []);
  for (const name of names.filter(each => /^owner\.\d+\.json$/.test(each))) {
    const file = join(dataDir, name);
    if ((await readFile(file, 'utf8')).includes(token)) await writeFile(file, '');
  }
}
