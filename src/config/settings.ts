/**
 * Owns the settings, one entry each: how its text is read and what is allowed, the default, what it is for. From here follow the
 * reader, the type of what it reads, which names exist (and which one a misspelt name may mean), and README's table, which a
 * test compares. What settings say together is judged by the file that reads them.
 */
import { requestTimeoutMs, transactionTimeoutMs } from '../protocol/client/transactionSchema';
import { apiTokens } from './apiTokens';
import * as as from './parsers';
import { type Parser } from './parsers';
import { certificatesFile, keyFile } from './participantTls';
import { payloadKeys } from './payloadKeys';
import { recoveryUrls } from './recoveryUrls';

interface Entry<T> {
  readonly parser: Parser<T>;
  /** For README's table: one sentence, or less. */
  readonly help: string;
  /** Its value stands in no error (I11). */
  readonly secret?: true;
}

export interface Defaulted<T> extends Entry<T> {
  readonly default: T;
}

export interface Optional<T> extends Entry<T> {
  /** What holds where it is not set, in words. */
  readonly unset: string;
}

function withDefault<T>(parser: Parser<T>, byDefault: NoInfer<T>, help: string): Defaulted<T> {
  return { parser, default: byDefault, help };
}

function optional<T>(parser: Parser<T>, help: string, unset = 'none'): Optional<T> {
  return { parser, unset, help };
}

function secret<T>(parser: Parser<T>, help: string): Optional<T> {
  return { ...optional(parser, help), secret: true };
}

const ms = ' (milliseconds)';
const dayMs = 86_400_000;
const port = as.integer(1, 65_535);
const attempts = as.integer(1, 10_000);
const interval = as.integer(1, dayMs, ms);
const requestTimeout = as.integer(requestTimeoutMs.min, requestTimeoutMs.max, ms);
const transactionTimeout = as.integer(transactionTimeoutMs.min, transactionTimeoutMs.max, ms);
/** A transaction's input is one payload of Temporal's, 2 MiB at most, and it is larger than the body it came in. */
const bodyBytes = as.integer(1_024, 524_288, ' (bytes)');

export const settings = {
  DTC_HOST: withDefault(
    as.host,
    '127.0.0.1',
    'where the API listens. Any other than loopback needs `DTC_API_TOKENS` or `DTC_JWKS_URL`, and `DTC_ALLOWED_PARTICIPANTS`',
  ),
  DTC_PORT: withDefault(as.integer(0, 65_535), 8080, 'its port; 0 takes a free one'),
  DTC_KEEP_ALIVE_TIMEOUT_MS: withDefault(
    as.integer(1_000, 3_600_000, ms),
    75_000,
    'how long an idle connection is kept: longer than a balancer before it keeps one, often 60 s',
  ),
  DTC_LONGEST_WAIT_S: withDefault(
    as.integer(1, 600),
    55,
    'the longest that a request waits on purpose (`Prefer: wait`, `waitMs` of a lock), its answer included: less than a proxy before it allows, often 60 s',
  ),
  DTC_MAX_WAITING: withDefault(
    as.integer(0, 100_000),
    1_000,
    'how many requests of one process wait at once (`Prefer: wait`, events), one caller half of them at most where callers authenticate; the next is answered at once, with the document as it is',
  ),
  DTC_RATE_LIMIT: optional(
    as.integer(1, 100_000),
    'requests a second of one caller (of one address where callers need not authenticate) to one process, in a burst ten times that; above it `429`',
  ),
  DTC_METRICS_PORT: optional(
    as.integer(0, 65_535),
    '`/metrics`, `/healthz` and `/readyz` on `DTC_HOST` at this port too, for workers as well ([docs/MONITORING.md](docs/MONITORING.md)); 0 takes a free one',
  ),
  DTC_PUBLIC_URL: optional(as.baseUrl, 'where participants reach the API; they then get a `statusUrl`'),
  DTC_ROLE: withDefault(as.oneOf('api', 'worker', 'all'), 'all', '`api`, `worker` or `all`'),
  DTC_TASK_QUEUE: withDefault(
    as.taskQueue,
    'transactions',
    "Temporal's task queue; the same for API and workers",
  ),
  DTC_COORDINATOR_ID: optional(
    as.coordinatorTag,
    'the first part of every id, 1 to 16 of `[a-z0-9]`; the same in every process of a deployment',
    'from the namespace',
  ),
  DTC_TEMPORAL_PORT: withDefault(
    port,
    7233,
    'of the server that is started where `TEMPORAL_ADDRESS` names none, always on 127.0.0.1',
  ),
  DTC_TEMPORAL_UI_PORT: withDefault(port, 8233, 'of its Web UI'),
  DTC_DATA_DIR: withDefault(
    as.directory,
    '.temporal',
    'its database; a relative path counts from this folder',
  ),
  DTC_PREPARE_TIMEOUT_MS: withDefault(requestTimeout, 5_000, 'one prepare request'),
  DTC_PREPARE_ATTEMPTS: withDefault(attempts, 3, 'prepare requests before the coordinator rolls back'),
  DTC_COMPLETION_TIMEOUT_MS: withDefault(requestTimeout, 5_000, 'one commit or rollback request'),
  DTC_COMPLETION_ATTEMPTS: withDefault(
    attempts,
    10,
    'commit or rollback requests before the transaction needs attention',
  ),
  DTC_RETRY_INITIAL_MS: withDefault(
    interval,
    200,
    'the first wait between requests; it doubles, with jitter',
  ),
  DTC_RETRY_MAX_MS: withDefault(interval, 30_000, 'the longest wait'),
  DTC_ATTENTION_RETRY_MS: withDefault(
    interval,
    300_000,
    'the longest wait once a transaction needs attention',
  ),
  DTC_MAX_REQUEST_TIMEOUT_MS: withDefault(
    requestTimeout,
    60_000,
    "the most that a client may ask for as one participant's `timeoutMs`",
  ),
  DTC_TRANSACTION_TIMEOUT_MS: withDefault(transactionTimeout, 60_000, 'from start to decision'),
  DTC_LOCK_TIMEOUT_MS: withDefault(transactionTimeout, 10_000, 'for acquiring all locks, within that'),
  DTC_ON_COMMIT_FAILURE: withDefault(as.oneOf('retry', 'rollback'), 'retry', 'or `rollback`, see below'),
  DTC_MAX_PARTICIPANTS: withDefault(as.integer(1, 1_000), 100, 'of one transaction; at most `1000`'),
  DTC_MAX_BODY_BYTES: withDefault(bodyBytes, 262_144, 'of one request; at most `524288`'),
  DTC_ALLOWED_PARTICIPANTS: optional(
    as.allowList,
    'comma list of origins, `*.suffix` hosts and CIDRs; none means any. Link-local and cloud metadata addresses are refused always',
  ),
  DTC_ALLOWED_NOTIFY: optional(
    as.allowList,
    'who may be told of transactions (`notify`): the same form',
    'as `DTC_ALLOWED_PARTICIPANTS`',
  ),
  DTC_API_TOKENS: secret(
    apiTokens,
    'comma list of `name:role:token`, 16 characters or more a token. Roles: `client` (start; read, list and abort its own; locks), `participant` (read), `operator` (all)',
  ),
  DTC_JWKS_URL: optional(as.jwksUrl, 'or JWTs signed by a key found there, with `sub`, `role` and `exp`'),
  DTC_JWT_ISSUER: optional(
    as.claim,
    'what `iss` of a JWT has to be, letter for letter. With `DTC_JWKS_URL`, and listening on any other than loopback, this and the next are required',
  ),
  DTC_JWT_AUDIENCE: optional(as.claim, 'what `aud` of a JWT has to be, or to have among others'),
  DTC_SIGNING_MASTER_KEY: secret(
    as.signingMasterKeys,
    'signs every request with a secret of that participant alone, made of this key and its URL; `npm run participant-secret -- <its prepare URL>` prints it ([Signatures](docs/PARTICIPANTS.md#signatures)): `dtckey_` and the base64 of 32 to 64 random bytes. A comma list while a new key replaces an old one: the first two sign ([Rotation](docs/PARTICIPANTS.md#a-new-key-or-a-new-secret)). For workers',
  ),
  DTC_SIGNING_SECRET: secret(
    as.signingSecrets,
    'signs every request to a participant ([Standard Webhooks](https://www.standardwebhooks.com)) with one secret for all, who could then sign for each other: `whsec_` and the base64 of 24 to 64 random bytes. A comma list while a new secret replaces an old one: the first two sign. For workers',
  ),
  DTC_PARTICIPANT_CA: optional(
    certificatesFile,
    'a PEM file: whom to trust in TLS to participants, and nobody else. For workers, and read at the start, as the next two',
    'whom Node trusts',
  ),
  DTC_PARTICIPANT_CERT: optional(
    certificatesFile,
    'a PEM file: our own certificate, and what leads from it to its authority, for participants that ask for one',
  ),
  DTC_PARTICIPANT_KEY: optional(keyFile, 'a PEM file: its private key, without a passphrase'),
  DTC_PAYLOAD_KEYS: secret(
    payloadKeys,
    'comma list of `id:key`, each key the base64 of 32 random bytes: what Temporal stores of transactions is encrypted (AES-256-GCM), by the first, and decrypted by whichever it names ([docs/ENCRYPTION.md](docs/ENCRYPTION.md)). The same for API and workers',
  ),
  DTC_CONSOLE: withDefault(
    as.oneOf('on', 'off'),
    'on',
    "`on` or `off`: whether the API serves the operator's console at `/console` ([docs/CONSOLE.md](docs/CONSOLE.md))",
  ),
  DTC_WEB_UI_ORIGIN: optional(
    as.origin,
    "origin of Temporal's Web UI, whose pages may then ask `/codec` to decrypt what they show",
    'that of the server that is started here',
  ),
  DTC_RECOVERY_URLS: optional(
    recoveryUrls,
    "comma list of participants' in-doubt lists, URLs ending in `/prepared`, for the orphan sweep; at most 100, ruled by `DTC_ALLOWED_PARTICIPANTS`. For workers",
  ),
  // a Temporal Schedule counts in seconds
  DTC_SWEEP_INTERVAL_MS: withDefault(
    as.wholeSeconds(1_000, dayMs),
    60_000,
    'how often it sweeps, in whole seconds',
  ),
  DTC_SWEEP_SAFETY_MS: withDefault(interval, 120_000, 'between two sights of an entry before it is acted on'),
  DTC_SWEEP_MAX_ACTIONS: withDefault(as.integer(1, 1_000), 100, 'how much one sweep does at most'),
  DTC_STUCK_AFTER_MS: withDefault(
    as.integer(1, 30 * dayMs, ms),
    600_000,
    'a transaction that is pending for longer is reported',
  ),
  DTC_LOG_LEVEL: withDefault(
    as.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'info',
    '`trace` to `fatal`, or `silent`',
  ),
} as const;

export type SettingName = keyof typeof settings;

/** What is read: undefined where it is not set and has no default. */
export type SettingValue<Name extends SettingName> =
  (typeof settings)[Name] extends Defaulted<infer T>
    ? T
    : (typeof settings)[Name] extends Optional<infer T>
      ? T | undefined
      : never;

export const settingNames = Object.keys(settings) as readonly SettingName[];
