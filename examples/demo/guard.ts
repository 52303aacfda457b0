/** Owns ending a process when the demo is gone, however that ended: a shell that waits for the end of its input. */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Until `release` is called. `mark` stands in the command line of the process, so that no other is taken for it.
 *
 * @param signal `KILL` also ends one that is stopped (SIGSTOP).
 */
export function endAfterDemo(
  pid: number,
  mark: string,
  signal: 'TERM' | 'KILL' = 'TERM',
): { release(): void } {
  const script = 'cat; case "$(ps -o args= -p "$1")" in *"$2"*) kill -"$3" "$1" ;; esac';
  const guard: ChildProcess = spawn('sh', ['-c', script, 'guard', String(pid), mark, signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C goes to the whole group
  });
  guard.unref();
  return { release: () => void guard.kill('SIGKILL') };
}
