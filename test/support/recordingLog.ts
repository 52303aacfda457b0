/** Owns a log of which a test reads the lines. */
import { PassThrough } from 'node:stream';
import { type Log, createLog } from '../../src/telemetry/log';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface RecordingLog {
  readonly log: Log;
  readonly lines: readonly LogLine[];
}

export function recordingLog(level = 'info'): RecordingLog {
  const output = new PassThrough();
  const lines: LogLine[] = [];
  output.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line) as LogLine);
  });
  return { log: createLog(level, output), lines };
}
