// Which process a pid means. Owns: telling a living process from a dead one, from a zombie and from a later
// process that was given the same pid: a pid and a start time together name one process. Can fail: not; what
// cannot be found out is undefined.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const STOP_WAIT_MS = 10_000;

/**
 * When the process started, as an opaque string to compare; undefined when there is no such process, or only
 * its zombie.
 */
export function startTime(pid) {
  return process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
}

export function isAlive({ pid, startTime: recorded }) {
  return recorded !== undefined && startTime(pid) === recorded;
}

// /proc counts from the boot, so the boot is part of the name.
function linuxStartTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function psStartTime(pid) {
  try {
    const options = {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    const [state, ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], options)
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}

/** Ends a process that is not ours to wait for: asks, then kills. Resolves when it is gone. */
export async function stop(server) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    if (isAlive(server)) process.kill(server.pid, signal);
    for (const until = Date.now() + STOP_WAIT_MS; isAlive(server) && Date.now() < until;) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
