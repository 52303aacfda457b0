/**
 * Owns signatures on requests to participants (Standard Webhooks 1.0): HMAC-SHA256 over `<id>.<seconds>.<body>`, at most
 * five minutes old. The id is the idempotency key, so a repeat is recognised; the timestamp is that of the sending.
 *
 * What is signed names nobody it is meant for, so the secret has to: each participant has one of its own, made from the
 * coordinator's master key and the URL that it is called by. What another one was sent, or could sign, is worth nothing
 * there. One secret shared by all gives that up (PROTOCOL §2, "Signatures").
 */
import { createHash, hkdfSync } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type Ms } from './phases';
import { endpointOf } from './urls';

export const secretForm = '"whsec_" and the base64 of 24 to 64 random bytes';
export const masterKeyForm = '"dtckey_" and the base64 of 32 to 64 random bytes';

const secretPrefix = 'whsec_';
/** Another one than a secret's, so that no participant takes the master key for its secret. */
const masterKeyPrefix = 'dtckey_';

/** What a coordinator signs with; nothing where it has neither. */
export interface SigningKeys {
  /** The same for every participant. */
  readonly signingSecret?: string;
  /** Of which each participant's own is made. */
  readonly signingMasterKey?: string;
}

/** Whether `text` has the form that Standard Webhooks gives to a secret ("Signature scheme"). */
export function isSecret(text: string): boolean {
  return isKey(text, { prefix: secretPrefix, least: 24 });
}

export function isMasterKey(text: string): boolean {
  return isKey(text, { prefix: masterKeyPrefix, least: 32 });
}

function isKey(
  text: string,
  { prefix, least }: { readonly prefix: string; readonly least: number },
): boolean {
  const bytes = bytesOf(text, prefix);
  const whole = text === prefix + bytes.toString('base64');
  return whole && bytes.length >= least && bytes.length <= 64;
}

function bytesOf(text: string, prefix: string): Buffer {
  return Buffer.from(text.slice(prefix.length), 'base64');
}

/** The same bytes under two names: whoever has the secret could make every participant's. */
export function isSameKey(masterKey: string, secret: string): boolean {
  return bytesOf(masterKey, masterKeyPrefix).equals(bytesOf(secret, secretPrefix));
}

/** Never changed: with it, every participant's secret would be another (docs/UPGRADING.md). */
const purpose = 'distributed-transaction-coordinator/participant-secret/1';
const secretBytes = 32;

/**
 * Whom the secret of the participant at `url` is for: origin and path without the last segment and the query, as the URL
 * standard writes them, without the dot that may end a host. Another spelling of the path is another one.
 */
export function audienceOf(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const origin = `${protocol}//${hostname.replace(/\.$/, '')}${port === '' ? '' : `:${port}`}`;
  return endpointOf(origin + pathname);
}

/**
 * The secret of the participant that is called at `url`: HKDF-SHA256 (RFC 5869) of the master key, for its audience, which
 * goes in as its SHA-256, since it may be longer than Node takes.
 */
export function participantSecret(masterKey: string, url: string): string {
  const key = bytesOf(masterKey, masterKeyPrefix);
  const audience = createHash('sha256').update(audienceOf(url)).digest();
  const derived = hkdfSync('sha256', key, purpose, audience, secretBytes);
  return secretPrefix + Buffer.from(derived).toString('base64');
}

/** What a request to `url` is signed with. The shared secret comes first: who knows no other may look at no more than that. */
export function secretsFor({ signingSecret, signingMasterKey }: SigningKeys, url: string): readonly string[] {
  return [
    ...(signingSecret === undefined ? [] : [signingSecret]),
    ...(signingMasterKey === undefined ? [] : [participantSecret(signingMasterKey, url)]),
  ];
}

/** @param body as it is sent; the empty text for a request without one. @returns none where there is no secret */
export function signatureHeaders(
  secrets: readonly string[],
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: Ms },
): Record<string, string> {
  if (secrets.length === 0) return {};
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map(secret => new Webhook(secret).sign(id, new Date(now), body)).join(' '),
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
