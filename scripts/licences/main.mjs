// `npm run licences`: writes docs/THIRD-PARTY.md, which lists what an installation of this repository for production brings. `-- --check`
// compares it instead. Exit code 1: a licence is not allowed, or the page is not what the lock file says.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notAllowed, page } from './licences.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, 'docs/THIRD-PARTY.md');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const refused = notAllowed(packages);
const wanted = page(packages);

for (const each of refused) console.error(`licences: ${each}`);
if (refused.length > 0) process.exitCode = 1;
else if (!process.argv.includes('--check')) writeFileSync(file, wanted);
else if (readFileSync(file, 'utf8') !== wanted) {
  console.error('licences: docs/THIRD-PARTY.md is not what package-lock.json says: run npm run licences');
  process.exitCode = 1;
}
