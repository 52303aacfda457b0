/**
 * Owns what a notification looks like to its receiver (PROTOCOL §3): a Standard Webhooks request. All but the time of sending is fixed
 * when it is made, so a repeat is the same request, with the same id.
 */
import { type Ms, timestamp } from './phases';

/** `outcome`: the status has left `pending`. `attention`: a person may be needed, for the first time. `end`: the transaction ended. */
export const notifyEvents = ['outcome', 'attention', 'end'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

export interface Notification {
  readonly transactionId: string;
  readonly event: NotifyEvent;
  /** When it came about. */
  readonly at: Ms;
  /** The transaction's document then. */
  readonly data: object;
}

export type NotificationType<Event extends NotifyEvent = NotifyEvent> = `transaction.${Event}`;

export function notificationType<Event extends NotifyEvent>(event: Event): NotificationType<Event> {
  return `transaction.${event}`;
}

/** Of one event of one transaction there is one: by it a receiver knows a repeat. */
export function notificationId({
  transactionId,
  event,
}: Pick<Notification, 'transactionId' | 'event'>): string {
  return `${transactionId}/${event}`;
}

/** The signature, where there is one, is made where it is sent: it says the same id and time. */
export function notificationHeaders(notification: Notification, now: Ms): Record<string, string> {
  const id = notificationId(notification);
  return {
    'content-type': 'application/json',
    'transaction-id': notification.transactionId,
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
  };
}

export function notificationBody({ event, at, data }: Notification): string {
  return JSON.stringify({ type: notificationType(event), timestamp: timestamp(at), data });
}
