// One run of temporal-dev.sh for this process: the script becomes the server (exec), or finds one that an
// earlier coordinator left and hands that over. Owns the server's process until it is gone. It is in a
// process group of its own, so that a Ctrl-C reaches this process alone, which ends the server last; and it
// does not outlive this process, unless that is killed.
// Can fail: the script says why there is no start, or the server ends before it answers (throws, with what
// was printed).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { demandRoom } from './disk';
import { type LaunchOptions } from './options';
import { endWithThisProcess, isRunning, stopGroup } from './processGroup';
import { runScript, type Script } from './script';

export interface RunningServer {
  readonly pid: number;
  /** Whether it ran before, for a coordinator that was killed. */
  readonly takenOver: boolean;
  readonly died: Promise<Death>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

interface Death {
  readonly how: string;
  /** The last lines of temporal.log. */
  readonly lastLog: string;
}

const POLL_MS = 250;

const readyLine = z.object({ pid: z.int() });

export async function launch(options: LaunchOptions): Promise<RunningServer> {
  options.signal?.throwIfAborted();
  await demandRoom(options.dataDir);
  const script = await runScript(options);
  const abandon = endWithThisProcess(script.pid);
  const giveUp = (): void => void stopGroup(script.pid);
  options.signal?.addEventListener('abort', giveUp);
  try {
    const { pid } = readyLine.parse(JSON.parse(await readyText(script, options)));
    return pid === script.pid ? ownServer(script, options.dataDir) : foundServer(pid, options.dataDir);
  } finally {
    abandon();
    options.signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * The script prints one line when the server answers; its output ends without one when there will be none.
 */
async function readyText(script: Script, options: LaunchOptions): Promise<string> {
  const line = await firstLine(script.stdout);
  if (line !== undefined && options.signal?.aborted !== true) return line;
  const how = await script.ended;
  options.signal?.throwIfAborted();
  await demandRoom(options.dataDir); // a server that finds no room ends without a word
  const why = script.error() || `it ended with ${how}: ${await logTail(options.dataDir)}`;
  throw new Error(`the Temporal server did not start: ${why}`);
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  try {
    for await (const line of createInterface({ input: stream })) return line;
    return undefined;
  } finally {
    stream.resume();
  }
}

function ownServer(script: Script, dataDir: string): RunningServer {
  return server(script.pid, { takenOver: false, ended: script.ended, dataDir });
}

/** Not a child of this process: nobody tells when it ends. */
function foundServer(pid: number, dataDir: string): RunningServer {
  return server(pid, { takenOver: true, ended: goneUnseen(pid), dataDir });
}

async function goneUnseen(pid: number): Promise<string> {
  while (isRunning(pid)) await sleep(POLL_MS);
  return 'an unknown exit code (it was not started by this process)';
}

interface Origin {
  readonly takenOver: boolean;
  readonly ended: Promise<string>;
  readonly dataDir: string;
}

function server(pid: number, { takenOver, ended, dataDir }: Origin): RunningServer {
  const release = endWithThisProcess(pid);
  const died = ended.then(async how => {
    release();
    return { how, lastLog: await logTail(dataDir) };
  });
  const stop = async (): Promise<void> => {
    await Promise.all([stopGroup(pid), ended]);
  };
  return { pid, takenOver, died, stop };
}

const linesShown = 5;

/** The end of what the server printed; an unreadable log is an empty one. */
async function logTail(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'temporal.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-linesShown).join('\n');
}
