/** Owns the log line of each request to a receiver: what was delivered at debug, so that trouble stands out. */
import { type Failure } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';
import { type Log } from './log';

/** One line of log a request. No query of its URL (I11). */
export interface NotificationLog {
  readonly transactionId: string;
  /** Its `webhook-id`. */
  readonly notification: string;
  readonly host: string;
  readonly attempt: number;
  readonly durationMs: Ms;
  /** `failed`: it is tried again. `gone`: the receiver wants no more of it. `undelivered`: it is given up. */
  readonly result: 'delivered' | 'failed' | 'gone' | 'undelivered';
  readonly error?: Failure;
}

const levels = { delivered: 'debug', failed: 'warn', gone: 'warn', undelivered: 'error' } as const;

const messages = {
  delivered: 'notification delivered',
  failed: 'notification failed: it is tried again',
  gone: 'notification not wanted any more',
  undelivered: 'notification given up',
} as const;

export function notificationLogger(log: Log): (entry: NotificationLog) => void {
  return entry => {
    log[levels[entry.result]](entry, messages[entry.result]);
  };
}
