// A consistent copy of a Temporal server's SQLite database, and the way back. Owns what a backup is: one SQLite
// file, the database as it was at one instant, with a table `dtc_backup` that says when, and of which server
// version. Restoring takes that table out again.
// Payloads stand in it, so copies and the folders made for them are their owner's alone.
// Can fail: no database, a file in the way, no room, a copy that is not whole (throws, with what to do). What
// was there before is left as it was.
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { databaseFile, readVersion, recordVersion, sync } from '../temporalDev/directory.mjs';
import { makePrivate } from '../temporalDev/privacy.mjs';

process.umask(0o077);

/** While the server runs: readers do not stop writers (WAL). { file, version, bytes } */
export function backUp(dataDir, target) {
  const source = databaseFile(dataDir);
  const file = resolve(target);
  const version = readVersion(dataDir);
  if (!existsSync(source) || version === undefined)
    throw new Error(
      `there is no finished database in ${dataDir}: set DTC_DATA_DIR to where the coordinator keeps it`,
    );
  if (existsSync(file)) throw new Error(`${file} exists: name a file that does not`);
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  try {
    copyConsistently(source, draft);
    withDatabase(draft, db => {
      db.exec('CREATE TABLE dtc_backup (version TEXT NOT NULL, made_at TEXT NOT NULL)');
      db.prepare('INSERT INTO dtc_backup VALUES (?, ?)').run(version, new Date().toISOString());
    });
    demandWhole(draft);
    sync(draft);
    renameSync(draft, file);
    sync(dirname(file));
    return { file, version };
  } finally {
    removeDraft(draft);
  }
}

/**
 * A reader keeps the server from starting its write-ahead log anew, so the log that is copied after the database has every
 * page that was changed while the database was copied: opening the two brings them together, up to the last whole
 * transaction. (VACUUM INTO cannot read the schema of Temporal's tables.)
 */
function copyConsistently(source, draft) {
  withDatabase(source, db => {
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_master').get(); // the read begins here
    copyPrivately(source, draft);
    if (existsSync(`${source}-wal`)) copyPrivately(`${source}-wal`, `${draft}-wal`);
    db.exec('COMMIT');
  });
  withDatabase(draft, db => db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE'));
}

/** A copy has the mode of what it was made of, whatever the umask. */
function copyPrivately(from, to) {
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  chmodSync(to, 0o600);
}

function removeDraft(draft) {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true });
}

/** Into a data directory without a database; nobody runs on it. { version, madeAt } */
export function restore(backup, dataDir) {
  const file = resolve(backup);
  if (!existsSync(file)) throw new Error(`there is no file ${file}`);
  const target = databaseFile(dataDir);
  if (existsSync(target))
    throw new Error(
      `${dataDir} has a database: stop the coordinator and move the directory away, or set DTC_DATA_DIR to a new one`,
    );
  for (const mended of makePrivate(dataDir)) console.error(`restore: ${mended}`);
  const draft = `${target}.${process.pid}.draft`;
  try {
    copyPrivately(file, draft);
    const { version, madeAt } = takeOutNote(draft, file);
    demandWhole(draft);
    sync(draft);
    recordVersion(dataDir, version);
    renameSync(draft, target);
    sync(dataDir);
    return { version, madeAt };
  } finally {
    removeDraft(draft);
  }
}

function takeOutNote(draft, file) {
  return withDatabase(draft, db => {
    const note = readNote(db);
    if (note === undefined) throw new Error(`${file} was not made by npm run backup`);
    db.exec('DROP TABLE dtc_backup');
    return { version: note.version, madeAt: note.made_at };
  });
}

function readNote(db) {
  try {
    return db.prepare('SELECT version, made_at FROM dtc_backup').get();
  } catch {
    return undefined; // no such table, or no database at all
  }
}

function demandWhole(file) {
  const found = withDatabase(file, db => db.prepare('PRAGMA quick_check').all());
  if (found.length !== 1 || Object.values(found[0])[0] !== 'ok')
    throw new Error(`the copy ${file} is not whole: ${JSON.stringify(found[0])}`);
}

function withDatabase(file, work) {
  const db = new Database(file, { timeout: 10_000, fileMustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
