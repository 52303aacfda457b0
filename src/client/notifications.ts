/** Owns that a notification is true (PROTOCOL §3, Notifications): signed by who has the secret, minutes ago at most, and of our shape. */
import { documentFrom } from '../protocol/client/documentFrom';
import { type NotificationBody } from '../protocol/client/notified';
import { isText, membersOf } from '../protocol/wire/shapes';
import { isSecret, secretForm, whyUnsigned } from '../protocol/wire/signatures';
import { NotificationRefused } from './errors';

export interface VerifiedNotification {
  /** The same in every repeat: keep the ids that you have worked on. */
  readonly id: string;
  readonly type: NotificationBody['type'];
  /** When it came about; RFC 3339, UTC. */
  readonly timestamp: string;
  /** The transaction as it was then. */
  readonly data: NotificationBody['data'];
}

type ReceivedHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * @param rawBody as it came: the signature is over its bytes, so not what a framework has parsed
 * @param secrets `whsec_…`; several while one replaces another
 * @throws NotificationRefused where it is not one that the coordinator sent to this receiver within the last five minutes
 * @throws TypeError where a secret is none, or none is given
 */
export function verifyNotification(
  headers: ReceivedHeaders,
  rawBody: string | Uint8Array,
  secrets: string | readonly string[],
): VerifiedNotification {
  const known = typeof secrets === 'string' ? [secrets] : secrets;
  if (known.length === 0 || !known.every(isSecret))
    throw new TypeError(`secrets (the values are not shown) must be one or more of ${secretForm}`);
  const plain = plainHeaders(headers);
  const text = textOf(rawBody);
  const why = whyUnsigned(known, plain, text);
  if (why !== undefined)
    throw new NotificationRefused(`the notification is not signed for this receiver: ${why}`);
  return notificationIn(text, plain['webhook-id'] ?? '');
}

function notificationIn(text: string, id: string): VerifiedNotification {
  const { type, timestamp, data } = membersOf(parsed(text));
  const document = documentFrom(data, String(membersOf(data)['id']));
  if (!isText(type) || !type.startsWith('transaction.') || !isText(timestamp) || document === undefined)
    throw new NotificationRefused(
      `what was signed as ${JSON.stringify(id)} is no notification of a transaction`,
    );
  return { id, type: type as VerifiedNotification['type'], timestamp, data: document };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused, as whatever else has not the shape
  }
}

function plainHeaders(headers: ReceivedHeaders): Readonly<Record<string, string>> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const named = entries.map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(named.filter((each): each is readonly [string, string] => isText(each[1])));
}

/** Other bytes than those of a text are none that the coordinator has signed. */
function textOf(rawBody: string | Uint8Array): string {
  if (isText(rawBody)) return rawBody;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rawBody);
  } catch (cause) {
    throw new NotificationRefused('the notification is not UTF-8', { cause });
  }
}
