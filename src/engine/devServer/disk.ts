// The room on the disk of the data directory. The server's database stops answering writes on a full disk, and
// neither it nor its log says why. Owns looking now and then, away from requests, and saying so.
// Can fail: the file system cannot be asked (not every one can); then nothing is known, and nothing is said.
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Log } from './options';

/** Below it nothing new is taken on: what has begun needs the rest. */
const FULL_BELOW_BYTES = 8 * 2 ** 20;
const LOW_BELOW_BYTES = 256 * 2 ** 20;
const LOOK_EVERY_MS = 2_000;
const SAY_AGAIN_MS = { room: Infinity, low: 3_600_000, full: 30_000 };

export interface Disk {
  /** What is wrong with it, for callers, without a path; undefined while there is room. */
  trouble(): string | undefined;
  stop(): void;
}

/** @throws Error where there is no room for a server to start on */
export async function demandRoom(dataDir: string): Promise<void> {
  const free = await freeBytes(dataDir);
  if (free === undefined || free >= FULL_BELOW_BYTES) return;
  const toDo = `free at least ${megabytes(FULL_BELOW_BYTES)}, or set DTC_DATA_DIR to a directory on another disk`;
  throw new Error(`the Temporal server did not start: ${isFull(dataDir, free)}: ${toDo}`);
}

interface Watch {
  readonly dataDir: string;
  readonly log: Log;
  readonly freeBytes?: (dataDir: string) => Promise<number | undefined>;
  readonly everyMs?: number;
}

export function watchDisk({
  dataDir,
  log,
  freeBytes: ask = freeBytes,
  everyMs = LOOK_EVERY_MS,
}: Watch): Disk {
  let free: number | undefined;
  let said: { readonly level: Level; readonly at: number } = { level: 'room', at: 0 };
  const look = async (): Promise<void> => {
    free = await ask(dataDir);
    const level = levelOf(free);
    if (level === said.level && Date.now() - said.at < SAY_AGAIN_MS[level]) return;
    said = { level, at: Date.now() };
    const fields = { freeBytes: free };
    if (level === 'full') log('error', fullAt(dataDir, free ?? 0), fields);
    else if (level === 'low') log('warn', lowAt(dataDir, free ?? 0), fields);
    else log('info', `there is room again on the disk of the data directory ${dataDir}`, fields);
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  void look();
  return {
    trouble: () =>
      levelOf(free) === 'full'
        ? "the disk that Temporal's data is on is full: nothing new is started"
        : undefined,
    stop: () => {
      clearInterval(timer);
    },
  };
}

type Level = 'room' | 'low' | 'full';

function levelOf(free: number | undefined): Level {
  if (free === undefined || free >= LOW_BELOW_BYTES) return 'room';
  return free < FULL_BELOW_BYTES ? 'full' : 'low';
}

/** For this user, where the directory is or will be. */
async function freeBytes(dataDir: string): Promise<number | undefined> {
  let folder = dataDir;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    return blocks === 0 ? undefined : bavail * bsize; // not every file system counts
  } catch {
    return undefined;
  }
}

function fullAt(dataDir: string, free: number): string {
  const toDo = `free at least ${megabytes(FULL_BELOW_BYTES)} and it goes on by itself, or stop and move the directory to where DTC_DATA_DIR then says`;
  return `${isFull(dataDir, free)}, and Temporal can store nothing: ${toDo}`;
}

function isFull(dataDir: string, free: number): string {
  return `the disk of the data directory ${dataDir} is full (${megabytes(free)} free)`;
}

function lowAt(dataDir: string, free: number): string {
  return `the disk of the data directory ${dataDir} is nearly full (${megabytes(free)} free): below ${megabytes(FULL_BELOW_BYTES)} nothing new is started`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
