// A data directory that its owner alone can read and write: payloads stand in the database, and what stands
// in the other files is believed. Owns making it, and what becomes of one that was there before: what others
// may do is taken from them, what others own is refused.
// Can fail: it, or something in it, belongs to somebody else, or stays open to others (throws, with what to
// do); it cannot be made or changed (throws the error of the system).
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OTHERS = 0o077;

/** Returns what was mended, a sentence each. */
export function makePrivate(dataDir) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  demandOwn(dataDir, statSync(dataDir));
  const mended = closed(dataDir, statSync(dataDir), 'the data directory');
  for (const name of readdirSync(dataDir)) {
    const path = join(dataDir, name);
    const found = lstatSync(path, { throwIfNoEntry: false }); // a draft may have been moved away
    if (found === undefined) continue;
    demandOwn(path, found);
    if (!found.isSymbolicLink()) mended.push(...closed(path, found, 'the file'));
  }
  return mended;
}

function demandOwn(path, { uid }) {
  const user = process.getuid();
  if (uid === user) return;
  throw new Error(
    `${path} belongs to user ${uid}, and this is user ${user}: nothing in a data directory is believed that somebody else may have put there
Set DTC_DATA_DIR to a directory of this user's, run as user ${uid}, or, if you know what is in it: chown -R ${user} and start again.`,
  );
}

function closed(path, { mode }, what) {
  if ((mode & OTHERS) === 0) return [];
  chmodSync(path, mode & ~OTHERS & 0o7777);
  if ((statSync(path).mode & OTHERS) !== 0)
    throw new Error(
      `${path} is open to other users and its file system cannot change that: set DTC_DATA_DIR to a directory on one that can`,
    );
  const could = (mode & 0o022) === 0 ? 'read' : 'written';
  return [`${what} ${path} could be ${could} by other users (mode ${octal(mode)}): it no longer can`];
}

function octal(mode) {
  return (mode & 0o777).toString(8).padStart(3, '0');
}
