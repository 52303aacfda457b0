/** Owns running the demo as somebody at a terminal does, and looking for what it left behind. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'libsql';

const root = resolve(__dirname, '../..');

export interface DemoRun {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Resolves when it has printed the text. */
  printed(text: string): Promise<void>;
  /** SIGINT to the whole foreground group. */
  ctrlC(): void;
}

/** `npm run demo`, in a process group of its own, as a shell starts it. `folder` is its TMPDIR. */
export function runDemo(folder: string, ...args: string[]): DemoRun {
  const child = spawn('npm', ['run', '--silent', 'demo', '--', ...args], {
    cwd: root,
    detached: true,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', data => (text.stdout += String(data)));
  child.stderr.on('data', data => (text.stderr += String(data)));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  const printed = async (wanted: string): Promise<void> => {
    const over = ended.then(code => {
      throw new Error(
        `the demo ended with ${code} before it printed "${wanted}":\n${text.stdout}${text.stderr}`,
      );
    });
    const seen = (async () => {
      while (!text.stdout.includes(wanted)) await once(child.stdout, 'data');
    })();
    await Promise.race([seen, over]);
  };
  const ctrlC = (): void => void process.kill(-pid, 'SIGINT');
  return { pid, stdout: () => text.stdout, stderr: () => text.stderr, ended, printed, ctrlC };
}

/** Living processes of its process group, or with its folder in their command line (the Temporal server). */
export function stillRunning(demo: DemoRun, folder: string): string[] {
  return processes()
    .filter(({ pgid, args }) => pgid === demo.pid || args.includes(folder))
    .map(({ args }) => args);
}

/** Of the demo itself, not of npm or a shell around it. */
export function demoPid(demo: DemoRun): number {
  const found = processes().find(
    ({ pgid, args }) => pgid === demo.pid && /^\S*node \S*examples\/demo\/main\.js/.test(args),
  );
  if (found === undefined) throw new Error('the demo does not run');
  return found.pid;
}

interface Running {
  readonly pid: number;
  readonly pgid: number;
  readonly args: string;
}

function processes(): Running[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,pgid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap(line => {
    const [, pid, pgid, stat = 'Z', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return stat.startsWith('Z') ? [] : [{ pid: Number(pid), pgid: Number(pgid), args }];
  });
}

/** A folder with an empty `tmp` for the demo to work in; removed by `remove`. */
export function newFolder(): { readonly folder: string; readonly tmp: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'dtc-demo-test-'));
  const tmp = join(folder, 'tmp');
  mkdirSync(tmp);
  for (const each of [folder, tmp]) chmodSync(each, 0o755); // root's PostgreSQL runs as nobody
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, tmp, remove };
}

/** What the demo made and did not remove; Node's own compile cache and the like are not the demo's. */
export function leftIn(tmp: string): string[] {
  return readdirSync(tmp).filter(name => name.startsWith('dtc-'));
}

export function tamper(databaseFile: string, sql: string): void {
  const db = new Database(databaseFile, { fileMustExist: true });
  db.exec(sql);
  db.close();
}
