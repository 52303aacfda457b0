// The server's process group, known by the pid of its leader. Owns signals to it and knowing when the leader
// is gone.
// Can fail: not; a process that is gone already is what was wanted.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 8_000;
const KILL_WAIT_MS = 5_000;
const POLL_MS = 25;

/** Asks the group to end, kills it if it does not. Resolves when the leader is gone. */
export async function stopGroup(pid: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  if (await isGoneWithin(pid, GRACE_MS)) return;
  signalGroup(pid, 'SIGKILL');
  await isGoneWithin(pid, KILL_WAIT_MS);
}

/** Has the group end if this process ends by itself first; the function returned calls that off. */
export function endWithThisProcess(pid: number): () => void {
  const end = (): void => {
    signalGroup(pid, 'SIGTERM');
  };
  process.once('exit', end);
  return () => void process.removeListener('exit', end);
}

/** A zombie, which whoever is its parent by now has not asked after, does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function isGoneWithin(pid: number, waitMs: number): Promise<boolean> {
  const until = Date.now() + waitMs;
  while (isRunning(pid) && Date.now() < until) await sleep(POLL_MS);
  return !isRunning(pid);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // gone already
  }
}
