/**
 * Owns signatures on requests to participants (Standard Webhooks 1.0): HMAC-SHA256 over `<id>.<seconds>.<body>`, at most
 * five minutes old. The id is the idempotency key, so a repeat is recognised; the timestamp is that of the sending.
 *
 * What is signed names nobody it is meant for, so the secret has to: each participant has one of its own, made from the
 * coordinator's master key and the URL that it is called by. What another one was sent, or could sign, is worth nothing
 * there. One secret shared by all gives that up (PROTOCOL §2, "Signatures"); so beside each signature that any library
 * verifies goes one that names the audience, for a receiver that knows who it is.
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
  /** The same for every participant; several while one replaces another. */
  readonly signingSecrets?: readonly string[];
  /** Of which each participant's own is made; several while one replaces another. */
  readonly signingMasterKeys?: readonly string[];
}

/** Of each kind: one replaces another. */
const mostSigning = 2;
const inTurn = 'or a comma list, of which the first two sign';
export const secretsForm = `${secretForm}, ${inTurn}`;
export const masterKeysForm = `${masterKeyForm}, ${inTurn}`;

/** Whether `text` has the form that Standard Webhooks gives to a secret ("Signature scheme"). */
export function isSecret(text: string): boolean {
  return isKey(text, { prefix: secretPrefix, least: 24 });
}

export function isMasterKey(text: string): boolean {
  return isKey(text, { prefix: masterKeyPrefix, least: 32 });
}

/** A comma list of which `is` holds for each; undefined where it is none. */
export function readKeyList(text: string, is: (key: string) => boolean): readonly string[] | undefined {
  const keys = text.split(',').map(each => each.trim());
  return keys.every(is) && new Set(keys).size === keys.length ? keys : undefined;
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
export function secretsFor(
  { signingSecrets = [], signingMasterKeys = [] }: SigningKeys,
  url: string,
): readonly string[] {
  return [
    ...signingSecrets.slice(0, mostSigning),
    ...signingMasterKeys.slice(0, mostSigning).map(key => participantSecret(key, url)),
  ];
}

export interface Signing {
  readonly id: string;
  /** As it is sent; the empty text for a request without one. */
  readonly body: string;
  readonly now: Ms;
  /** The URL that is called: it is named in a signature of its own. Absent: as those sign who know no audience. */
  readonly url?: string;
}

const audienceHeader = 'transaction-audience';
const audienceSignatureHeader = 'transaction-audience-signature';

/** @returns none where there is no secret */
export function signatureHeaders(
  secrets: readonly string[],
  { id, body, now, url }: Signing,
): Record<string, string> {
  if (secrets.length === 0) return {};
  const sign = (content: string): string =>
    secrets.map(secret => new Webhook(secret).sign(id, new Date(now), content)).join(' ');
  const audience = url === undefined ? undefined : audienceOf(url);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': sign(body),
    ...(audience === undefined
      ? {}
      : { [audienceHeader]: audience, [audienceSignatureHeader]: sign(forAudience(audience, body)) }),
  };
}

/** What the second signature is over in place of the body. No body begins like a URL, so neither is taken for the other. */
function forAudience(audience: string, body: string): string {
  return `${audience}\n${body}`;
}

/** Whom a receiver takes requests for: what it is called by, or what it sees itself, which a proxy may have changed. */
export type Receiver = { readonly audiences: readonly string[] } | { readonly path: string };

/**
 * Why the request is not signed for this receiver; undefined where it is. Who knows its audiences demands one of them, so a signature
 * without an audience is refused, and so is one from which it was taken. Who knows its path alone looks at what is there.
 */
export function whyForAnother(
  secrets: readonly string[],
  { headers, body, receiver }: Received & { readonly receiver: Receiver },
): string | undefined {
  const { [audienceHeader]: audience, [audienceSignatureHeader]: signature } = headers;
  if (audience === undefined || signature === undefined)
    return 'audiences' in receiver ? `it has no ${audienceHeader} with a signature` : undefined;
  const why = whyUnsigned(
    secrets,
    { ...headers, 'webhook-signature': signature },
    forAudience(audience, body),
  );
  if (why !== undefined) return `${audienceSignatureHeader}: ${why}`;
  const isOurs =
    'audiences' in receiver ? receiver.audiences.includes(audience) : mayLeadTo(audience, receiver.path);
  return isOurs ? undefined : `it is signed for ${audience}`;
}

interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A proxy may take away the first segments of a path, or put some before it. */
function mayLeadTo(audience: string, path: string): boolean {
  if (!URL.canParse(audience)) return false;
  const called = new URL(audience).pathname;
  const seen = path.slice(0, path.lastIndexOf('/') + 1);
  return called.endsWith(seen) || seen.endsWith(called);
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
