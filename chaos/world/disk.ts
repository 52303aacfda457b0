/**
 * Owns the disk under Temporal's database where root may mount one: of its own, in memory, so that it can be full without anybody else's
 * being so. It is filled by being made as small as what stands on it, and has room again by being made large: what SQLite hears is ENOSPC.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

export interface Disk {
  /** Whoever writes from now on finds no room. @returns how much is left, in words */
  fill(): string;
  makeRoom(): void;
  /** Once nobody uses it any more. */
  close(): void;
}

const large = '4g'; // taken only as it is written
const page = 4096;
const spare = 8; // pages: on none at all it cannot be made so small
const mostTries = 20;

/** Undefined where this user may not mount, or this system cannot. @param folder is made */
export function ownDisk(folder: string): Disk | undefined {
  mkdirSync(folder);
  if (!mount(['-t', 'tmpfs', '-o', `size=${large}`, 'tmpfs', folder])) return undefined;
  // should this process be killed, its memory is to be given back: `cat` ends with the pipe
  const guard = spawn('sh', ['-c', 'cat; sleep 2; umount -l "$1"', 'guard', folder], {
    ...{ stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  });
  guard.unref();
  const resize = (size: string): void => {
    execFileSync('mount', remount(size, folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  return {
    fill: () => {
      for (let nth = 1; ; nth += 1) {
        const { blocks, bfree, bsize } = statfsSync(folder);
        const used = (blocks - bfree) * bsize;
        const left = nth * spare * page;
        const size = String(used + left);
        // refused where more has been written since than is left
        if (nth === mostTries) resize(size);
        else if (!mount(remount(size, folder))) continue;
        return `${Math.round(used / 2 ** 20)} MiB, and ${left / 1024} KiB left`;
      }
    },
    makeRoom: () => {
      resize(large);
    },
    close: () => {
      if (guard.pid === undefined || guard.exitCode !== null) return; // it has unmounted
      process.kill(-guard.pid, 'SIGKILL'); // its group: `cat` too
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    },
  };
}

const remount = (size: string, folder: string): string[] => ['-o', `remount,size=${size}`, folder];

/** False where it is refused: not root, or not Linux, or too small. */
function mount(args: readonly string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
