/** Owns the shape of the configuration (PROTOCOL §5): what the rest of the program may know of its environment. */
import { type AllowList } from '../outbound/allowList';
import { type Defaults } from '../protocol/transaction/accepted';
import { type NotifyTerms } from '../protocol/notification/steps';
import { type PayloadKeys } from '../engine/encryption/payloadKeys';
import { type Ms } from '../protocol/wire/phases';
import { type ApiToken } from './apiTokens';

export interface Limits extends Defaults {
  /** The most that a client may ask for as one participant's `timeoutMs`. */
  readonly maxRequestTimeoutMs: Ms;
  /** For all locks of a transaction, within that. */
  readonly lockTimeoutMs: Ms;
  readonly maxParticipants: number;
  readonly maxBodyBytes: number;
  /** How receivers are told of a transaction's events. */
  readonly notifying: NotifyTerms;
}

/** The Temporal server that a start without `TEMPORAL_ADDRESS` runs. */
export interface DevServerConfig {
  readonly temporalPort: number;
  readonly temporalUiPort: number;
  readonly dataDir: string;
}

export interface TemporalConfig {
  /** `host:port`; absent: no server was named, so one is started. */
  readonly address?: string;
  readonly namespace: string;
  /** Temporal's own variables, `TEMPORAL_*`, as they are: TLS and API key. Holds secrets: never log it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface JwtTerms {
  readonly jwksUrl: string;
  /** What `iss` has to be; absent: anything. */
  readonly issuer?: string;
  /** What `aud` has to name; absent: anything. */
  readonly audience?: string;
}

/** PEM texts. `key` is a secret. */
export interface ParticipantTls {
  /** Who alone is trusted; absent: whom Node trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface AuthConfig {
  readonly tokens: readonly ApiToken[];
  readonly jwt?: JwtTerms;
}

/** The orphan sweep. */
export interface SweepConfig {
  /** Participants' in-doubt lists. A query may hold a secret. */
  readonly recoveryUrls: readonly string[];
  readonly intervalMs: Ms;
  /** Between two sights of an entry before it is acted on. */
  readonly safetyMs: Ms;
  /** In one sweep. */
  readonly maxActions: number;
  /** Pending for longer is reported. */
  readonly stuckAfterMs: Ms;
}

/** Where traces go, and with what, OpenTelemetry's own variables say: its SDK reads them. */
export interface TracesConfig {
  /** For the log. */
  readonly endpoint: string;
  readonly protocol: 'http/protobuf' | 'http/json';
}

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Of `/metrics` and readiness beside the API's; 0: any free port. */
  readonly metricsPort?: number;
  /** Of an idle connection. */
  readonly keepAliveTimeoutMs: Ms;
  /** Seconds, for the whole answer to a request that waits on purpose. */
  readonly longestWaitS: number;
  /** Requests that wait at once. */
  readonly maxWaiting: number;
  /** Requests a second of one caller; absent: any number. */
  readonly rateLimit?: number;
  /** Where participants reach the API; no trailing slash. */
  readonly publicUrl?: string;
  readonly role: 'api' | 'worker' | 'all';
  readonly taskQueue: string;
  /** Overrides the tag that stands in every transaction id. */
  readonly coordinatorId?: string;
  readonly dev: DevServerConfig;
  readonly limits: Limits;
  /** Empty: any participant but the addresses that are refused always. */
  readonly allowedParticipants: AllowList;
  /** Who may be told of transactions; empty as above. */
  readonly allowedNotify: AllowList;
  readonly auth: AuthConfig;
  /** Sign requests to participants (Standard Webhooks), the same for all; secrets. */
  readonly signingSecrets?: readonly string[];
  /** Of which each participant's own secrets are made; secrets. */
  readonly signingMasterKeys?: readonly string[];
  /** Absent: as Node does. */
  readonly participantTls?: ParticipantTls;
  /** What Temporal stores is encrypted with; secrets. Absent: it is plain text. */
  readonly payloadKeys?: PayloadKeys;
  /** Whether the console is served. */
  readonly console: boolean;
  /** Of Temporal's Web UI, whose pages may ask the codec server. */
  readonly webUiOrigins: readonly string[];
  readonly sweep: SweepConfig;
  readonly logLevel: LogLevel;
  readonly temporal: TemporalConfig;
  /** Absent: nothing is traced. */
  readonly traces?: TracesConfig;
}
