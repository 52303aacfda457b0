// Whether node_modules is what the lock file asks for, on this platform and for this Node. A stamp says so;
// without one, as after an npm install by hand, npm's own record of what it installed is compared. Can fail:
// no lock file (throws).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED_STAMP, ROOT } from './paths.mjs';
import { hasStamp, writeStamp } from './stamp.mjs';

export function dependenciesHash() {
  const platform = [process.platform, process.arch, process.versions.modules].join(' ');
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(platform)
    .digest('hex');
}

export function isInstalled() {
  const hash = dependenciesHash();
  if (hasStamp(INSTALLED_STAMP, hash)) return true;
  if (!isInstalledByHand()) return false;
  markInstalled(hash);
  return true;
}

export function markInstalled(hash) {
  writeStamp(INSTALLED_STAMP, hash);
}

function isInstalledByHand() {
  const [wanted, installed] = [packages('package-lock.json'), packages('node_modules/.package-lock.json')];
  if (installed === undefined) return false;
  const missing = Object.entries(wanted).filter(
    ([path, entry]) => path !== '' && !same(entry, installed[path]),
  );
  const tooMany = Object.keys(installed).filter(path => wanted[path] === undefined);
  return tooMany.length === 0 && missing.every(([, entry]) => entry.optional === true && !isForHere(entry));
}

function packages(lockFile) {
  try {
    return JSON.parse(readFileSync(join(ROOT, lockFile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function same(wanted, installed) {
  return (
    installed !== undefined &&
    wanted.version === installed.version &&
    wanted.integrity === installed.integrity
  );
}

// An optional package that names no platform is there for the sake of one that does.
function isForHere({ os, cpu, libc }) {
  if (os === undefined && cpu === undefined) return false;
  return (
    allows(os, process.platform) &&
    allows(cpu, process.arch) &&
    (libc === undefined || allows(libc, ownLibc()))
  );
}

function allows(list, own) {
  return list === undefined || list.includes(own);
}

function ownLibc() {
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
