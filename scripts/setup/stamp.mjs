// Stamps: a file that holds the hash of what was worked on, written when the work is done.
// Can fail: the stamp cannot be written (throws).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

export function hasStamp(stamp, hash) {
  try {
    return readFileSync(join(ROOT, stamp), 'utf8') === hash;
  } catch {
    return false;
  }
}

export function writeStamp(stamp, hash) {
  writeFileSync(join(ROOT, stamp), hash);
}
