/** Owns the log line of each request to a participant: healthy ones at debug, so that trouble stands out. */
import { type RequestLog } from '../activities/call';
import { type Log } from './telemetry/log';

export function requestLogger(log: Log): (entry: RequestLog) => void {
  return ({ result, ...entry }) => {
    const level = entry.error === undefined ? 'debug' : result === 'no' ? 'info' : 'warn';
    log[level]({ ...entry, result }, messageOf(entry.phase, result));
  };
}

function messageOf(phase: string, result: RequestLog['result']): string {
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
