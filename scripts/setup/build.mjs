// Whether dist/ is what the sources say. Owns what counts as a source: every file that the build reads, by
// name and content, so that neither a checkout nor a copy, which change times, builds twice, and no edit is
// missed.
// Can fail: a source cannot be read (throws).
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_STAMP, ROOT } from './paths.mjs';
import { hasStamp, writeStamp } from './stamp.mjs';

const SOURCES = [
  ...['src', 'workflows', 'activities', 'bench', 'chaos', 'examples', 'console', 'scripts/console'],
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'],
];

export function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesIn)) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

export function isBuilt() {
  return hasStamp(BUILT_STAMP, sourcesHash());
}

export function markBuilt(hash) {
  writeStamp(BUILT_STAMP, hash);
}

function filesIn(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap(name => filesIn(`${path}/${name}`));
}
