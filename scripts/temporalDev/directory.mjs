// What temporal-dev.sh keeps in a data directory beside the claims (claims.mjs):
//   temporal.db       the server's database (with -wal and -shm beside it)
//   server-version    the version that made the database; written once, when it was whole
//   server.json       the server that ran last: pid, start time, ports, version
//   temporal.log      what a server started by a coordinator prints; the one before as temporal.log.1
// Can fail: the directory cannot be written (throws).
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../ownership/claims.mjs';

const MAX_LOG_BYTES = 10_000_000;

export const databaseFile = dataDir => join(dataDir, 'temporal.db');
export const logFile = dataDir => join(dataDir, 'temporal.log');
const versionFile = dataDir => join(dataDir, 'server-version');
const serverFile = dataDir => join(dataDir, 'server.json');

/** undefined where none is recorded, or nothing that names a process. */
export function readServer(dataDir) {
  const server = readJson(serverFile(dataDir));
  return Number.isSafeInteger(server?.pid) && server.pid > 1 ? server : undefined;
}

export function recordServer(dataDir, server) {
  replace(serverFile(dataDir), `${JSON.stringify(server)}\n`);
}

/** The server version that the database belongs to, or undefined for a new directory. */
export function readVersion(dataDir) {
  try {
    return readFileSync(versionFile(dataDir), 'utf8').trim();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Notes, durably, that the database is whole and whose it is. */
export function recordVersion(dataDir, version) {
  if (readVersion(dataDir) === version) return;
  replace(versionFile(dataDir), `${version}\n`);
  sync(dataDir);
}

/**
 * A database without a version was cut off while it was being made: no server was ready on it, and start-dev
 * would not finish it. It is moved, not removed, in case somebody lost the version file. The new name, or
 * undefined.
 */
export function setAsideUnfinished(dataDir) {
  const database = databaseFile(dataDir);
  if (readVersion(dataDir) !== undefined || !existsSync(database)) return undefined;
  const aside = `${database}.unfinished`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
  return aside;
}

export function rotateLog(dataDir) {
  const log = logFile(dataDir);
  if (existsSync(log) && statSync(log).size > MAX_LOG_BYTES) renameSync(log, `${log}.1`);
}

function replace(file, text) {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, text);
  sync(draft);
  renameSync(draft, file);
}

export function sync(path) {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
