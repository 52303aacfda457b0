/**
 * Owns transaction ids (PROTOCOL §3): `<tag>t<UUIDv7>` without an idempotency key, `<tag>k<hash of caller and key>` with one.
 * The tag names the coordinator, so that a participant's entry of another coordinator is never taken for ours (I6).
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Ms } from './phases';
import { timedBody } from './timedId';

export type TransactionId = string & { readonly __brand: 'TransactionId' };

const timedForm = /^t([0-9a-f]{12})7[0-9a-f]{19}$/;
const keyedForm = /^k[0-9a-f]{40}$/;

/** `[a-z0-9]{1,16}`: short, since it stands in every id. */
export const tagPattern = /^[a-z0-9]{1,16}$/;

/** The tag of a Temporal namespace: the first eight hex digits of its UUID. */
export function tagOfNamespace(namespaceId: string): string {
  return namespaceId.replaceAll('-', '').slice(0, 8).toLowerCase();
}

export function timedId(tag: string, now: Ms, random: Buffer = randomBytes(10)): TransactionId {
  return `${tag}${timedBody(now, random.toString('hex'))}` as TransactionId;
}

/** The same caller and key always give the same id (I6). */
export function keyedId(tag: string, caller: string, key: string): TransactionId {
  const hash = createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest('hex');
  return `${tag}k${hash.slice(0, 40)}` as TransactionId;
}

/** Whether some coordinator may have given it. */
export function looksLikeId(text: string): boolean {
  return /^[a-z0-9]{1,16}(?:t[0-9a-f]{12}7[0-9a-f]{19}|k[0-9a-f]{40})$/.test(text);
}

/** The same request with the same key gives it again. */
export function isKeyed(id: string): boolean {
  return /k[0-9a-f]{40}$/.test(id);
}

/** Our own id read back, or undefined for what is no id of this coordinator. `at` where the id carries its time. */
export function readId(
  tag: string,
  text: string,
): { readonly id: TransactionId; readonly at?: Ms } | undefined {
  if (!text.startsWith(tag)) return undefined;
  const body = text.slice(tag.length);
  const timed = timedForm.exec(body);
  if (timed?.[1] !== undefined) return { id: text as TransactionId, at: Number.parseInt(timed[1], 16) };
  return keyedForm.test(body) ? { id: text as TransactionId } : undefined;
}
