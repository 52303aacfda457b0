/**
 * Owns what a notification's workflow is given, and what it and its activity say to each other. It stands in history: add members, never
 * change one.
 */
import { type Failure } from '../wire/answers';
import { type Backoff } from '../wire/backoff';
import { type Notification, type NotifyEvent } from '../wire/notification';
import { type Ms } from '../wire/phases';

/** Fixed when the transaction is accepted, as everything that it runs by (I7). */
export interface NotifyTerms extends Backoff {
  /** For one request. */
  readonly timeoutMs: Ms;
  /** How long it is tried. */
  readonly forMs: Ms;
}

/** The workflow's id, and the key by which its transaction has it under way: of one event there is one, whoever starts it again. */
export function notificationKey(transactionId: string, event: NotifyEvent): string {
  return `notification:${transactionId}:${event}`;
}

export interface NotificationInput {
  readonly version: 1;
  readonly url: string;
  readonly terms: NotifyTerms;
  readonly notification: Notification;
}

export interface NotifyInput extends Omit<NotificationInput, 'version'> {
  /** It is given up then. */
  readonly until: Ms;
}

/** `gone`: the receiver wants no more of it (`410`). `gaveUp`: it was tried for as long as it may be. */
export type Told =
  | { readonly is: 'delivered'; readonly id: string; readonly attempts: number }
  | {
      readonly is: 'gone' | 'gaveUp';
      readonly id: string;
      readonly attempts: number;
      readonly why: Failure;
    };

/** What a failed attempt says. */
export interface NotifyFailure {
  readonly attempts: number;
  readonly why: Failure;
}

/** A heartbeat: so many attempts of Temporal's sent nothing, since they found no place. */
export interface NotifyTrace {
  readonly busy: number;
}

export interface NotificationActivities {
  notify(input: NotifyInput): Promise<Told>;
}

/** What the memo of its workflow tells, for lists: from the start, and once it is given up. The URL is without its query (I11). */
export interface NotificationMemo {
  readonly transaction: string;
  readonly type: string;
  readonly url: string;
  readonly undelivered?: NotifyFailure;
}
