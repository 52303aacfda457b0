// Where the repository is. Can fail: this file was moved out of it (throws).
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder above this file, which may be a source or compiled, that has temporal-dev.sh in it. */
export function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'temporal-dev.sh'))) return folder;
    if (folder === dirname(folder)) throw new Error(`temporal-dev.sh is in no folder above ${__dirname}`);
  }
}
