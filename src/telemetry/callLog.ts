/** Owns the log line of each request to a participant: healthy ones at debug, so that trouble stands out. */
import { type Ending } from '../protocol/transaction/events';
import { type Failure } from '../protocol/wire/answers';
import { type Ms, type Phase } from '../protocol/wire/phases';
import { type Log } from './log';

/** One line of log: what was asked of whom, what came of it, after how long. No payload, no query (I11). */
export interface CallLog {
  readonly transactionId: string;
  readonly participant: string;
  /** Of the URL that was called. */
  readonly host: string;
  readonly phase: Phase;
  readonly attempt: number;
  readonly durationMs: Ms;
  readonly result: Ending['is'];
  readonly error?: Failure;
  /** Where its transaction is traced. */
  readonly trace_id?: string;
}

export function callLogger(log: Log): (entry: CallLog) => void {
  return ({ result, ...entry }) => {
    const level = entry.error === undefined ? 'debug' : result === 'no' ? 'info' : 'warn';
    log[level]({ ...entry, result }, messageOf(entry.phase, result));
  };
}

function messageOf(phase: string, result: CallLog['result']): string {
  switch (result) {
    case 'yes':
    case 'no':
      return `voted ${result}`;
    case 'done':
    case 'foundCommitted':
      return `${phase} acknowledged`;
    case 'gaveUp':
      return `${phase} request given up`;
    case 'unavailable':
    case 'spent':
      return `${phase} request failed`;
  }
}
