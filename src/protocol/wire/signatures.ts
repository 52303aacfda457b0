/**
 * Owns signatures on requests to participants (Standard Webhooks 1.0): HMAC-SHA256 over `<id>.<seconds>.<body>`, at most
 * five minutes old. The id is the idempotency key, so a repeat is recognised; the timestamp is that of the sending.
 */
import { Webhook } from 'standardwebhooks';
import { type Ms } from './phases';

export const secretForm = '"whsec_" and the base64 of 24 to 64 random bytes';

/** Whether `text` has the form that Standard Webhooks gives to a secret ("Signature scheme"). */
export function isSecret(text: string): boolean {
  const base64 = text.replace(/^whsec_/, '');
  const bytes = Buffer.from(base64, 'base64');
  const whole = text.startsWith('whsec_') && bytes.toString('base64') === base64;
  return whole && bytes.length >= 24 && bytes.length <= 64;
}

/** @param body as it is sent; the empty text for a request without one. */
export function signatureHeaders(
  secret: string,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: Ms },
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
  };
}

/** Why the signature is not good under any of `secrets` (several while one replaces another); undefined where it is. */
export function whyUnsigned(
  secrets: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string,
): string | undefined {
  const reasons = secrets.map(secret => whyNot(secret, headers, body));
  return reasons.includes(undefined) ? undefined : reasons.at(-1);
}

function whyNot(secret: string, headers: Readonly<Record<string, string>>, body: string): string | undefined {
  try {
    new Webhook(secret).verify(body, { ...headers }, { jsonParse: false });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
