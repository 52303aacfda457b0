/** Owns how lines are logged: readable on a terminal, JSON otherwise, without secrets (I11). */
import pino from 'pino';
import pretty from 'pino-pretty';
import { plainLine } from './plainLine';

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
  return pino(options, destination ?? standardOutput());
}

/** Written synchronously: the last line before a crash is the one that matters. */
function standardOutput(): pino.DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ fd: 1, sync: true });
  return pretty({
    colorize: true,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
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
