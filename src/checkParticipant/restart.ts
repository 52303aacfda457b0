/**
 * Owns ending and starting the participant: the command is run, then the participant is waited for. The command's process
 * may leave the participant running behind it, so its end is waited for, not that of its output.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ms } from '../protocol/wire/phases';
import { type Asker, describeReply } from './asker';
import { CheckFailed } from './contract';

const commandMs: Ms = 60_000;
const answersWithinMs: Ms = 30_000;
const pollMs: Ms = 100;

/** @throws CheckFailed where the command fails or does not end within a minute. */
export async function runCommand(command: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'check-participant-'));
  const output = join(folder, 'output');
  const fd = openSync(output, 'a');
  try {
    const child = spawn(command, { shell: true, stdio: ['ignore', fd, fd], timeout: commandMs });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code !== 0) fail(command, `${signal ?? `exit code ${String(code)}`}: ${tail(output)}`);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}

function fail(command: string, came: string): never {
  throw new CheckFailed({
    sent: command,
    came,
    expected: 'exit code 0, with the participant started anew',
  });
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trim().slice(-600);
}

/** Resolves when there is an HTTP answer that is not a gateway's. @returns the last failure where there is none in time. */
export async function untilItAnswers(
  asker: Asker,
  url: string,
  withinMs: Ms = answersWithinMs,
): Promise<string | undefined> {
  const end = Date.now() + withinMs;
  for (;;) {
    const reply = await asker.send({
      method: 'GET',
      url,
      headers: {},
      body: '',
      readBody: false,
      signed: 'not',
    });
    if (reply.kind === 'malformed' || (reply.kind === 'answer' && !isGateway(reply.status))) return undefined;
    if (Date.now() >= end) return describeReply(reply);
    await sleep(pollMs);
  }
}

/** Also a participant that does not know GET answers that, with 404, 405 or 501. */
function isGateway(status: number): boolean {
  return status >= 502 && status <= 504;
}
