/** Owns how lines are logged: readable on a terminal, JSON otherwise, without secrets (I11). */
import pino from 'pino';
import pretty from 'pino-pretty';
import { plainLine } from './plainLine';
import { standardOutput } from './output';

export type Log = pino.Logger;

/** Members whose values are secrets, wherever they stand in a line. */
const secretMembers = [
  'authorization',
  'cookie',
  'token',
  'tokens',
  'secret',
  'apiKey',
  'password',
  'payload',
  'body',
];

const redactedPaths = secretMembers.flatMap(member => [member, `*.${member}`, `*.*.${member}`]);

/** @param destination where lines go; standard output if absent. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: (error: unknown) => describeError(error) },
    hooks: { streamWrite: plainLine },
  };
  if (destination !== undefined) return pino(options, destination);
  if (process.stdout.isTTY) return pino(options, onTerminal());
  const output = standardOutput(dropped => {
    log.warn({ dropped }, 'log lines were dropped: nobody read standard output');
  });
  const log = pino(options, output);
  return log;
}

function onTerminal(): pino.DestinationStream {
  return pretty({
    colorize: true,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
  });
}

/** Resolves when the last lines are out, within a second whoever reads them. */
export function flushed(log: Log): Promise<void> {
  return new Promise(resolve => {
    log.flush(() => {
      resolve();
    });
  });
}

/** The parts that are known to hold no request: libraries hang bodies and headers on their errors. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth > 4 ? {} : { cause: describeError(error.cause, depth + 1) };
  return { type: error.name, message: error.message, stack: error.stack, ...code, ...cause };
}
