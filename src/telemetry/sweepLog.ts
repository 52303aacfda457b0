/** Owns the log line of each thing that the orphan sweep does, with its reason. */
import { type Action } from '../protocol/orphans/report';
import { type Log } from './log';

/** One line of log an action. */
export type ActionLog = Pick<Action, 'action' | 'transactionId' | 'done' | 'detail'> & {
  readonly participant?: string;
  /** Without its query. */
  readonly where?: string;
  readonly reason: string;
};

export function sweepLogger(log: Log): (entry: ActionLog) => void {
  return entry => {
    const message = entry.done ? 'orphan settled' : 'orphan not settled';
    log[entry.done ? 'info' : 'warn'](entry, message);
  };
}
