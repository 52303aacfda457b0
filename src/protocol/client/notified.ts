/** Owns the shape of what a receiver of notifications is sent (PROTOCOL §3, Notifications), and of what the client makes of it. */
import { z } from 'zod';
import { type NotificationType, type NotifyEvent, notificationType } from '../wire/notification';
import { type Answered, instant } from './answered';
import { transactionDocument } from './document';

function bodyOf<Event extends NotifyEvent>(
  event: Event,
): z.ZodObject<{
  type: z.ZodLiteral<NotificationType<Event>>;
  timestamp: z.ZodString;
  data: typeof transactionDocument;
}> {
  return z.object({
    type: z.literal(notificationType(event)),
    timestamp: instant('When it came about'),
    data: transactionDocument,
  });
}

/** By what it tells of. */
export const notificationBodies = {
  outcome: bodyOf('outcome'),
  attention: bodyOf('attention'),
  end: bodyOf('end'),
} as const satisfies Readonly<Record<NotifyEvent, z.ZodType>>;

/** Of any of them. */
export type NotificationBody = Answered<(typeof notificationBodies)[NotifyEvent]>;
