/** Owns reading a small file of the system's again when somebody has changed it. One that cannot be read counts as empty. */
import { readFileSync, statSync } from 'node:fs';
import { type Ms } from '../../protocol/wire/phases';

const lookEveryMs: Ms = 1_000;

/** What `parse` makes of the file as it is, at most a second old. */
export function systemFile<T>(path: string, parse: (text: string) => T): () => T {
  let lookedAt = -Infinity;
  let version = '';
  let value: T | undefined;
  return () => {
    const now = performance.now();
    if (value !== undefined && now - lookedAt < lookEveryMs) return value;
    lookedAt = now;
    const found = versionOf(path);
    if (value === undefined || found !== version) value = parse(textOf(path));
    version = found;
    return value;
  };
}

function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
