/** Owns the log line of each thing that the orphan sweep does, with its reason. */
import { type ActionLog } from '../activities/sweep/ports';
import { type Log } from './telemetry/log';

export function sweepLogger(log: Log): (entry: ActionLog) => void {
  return entry => {
    const message = entry.done ? 'orphan settled' : 'orphan not settled';
    log[entry.done ? 'info' : 'warn'](entry, message);
  };
}
