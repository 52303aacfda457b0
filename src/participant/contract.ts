/** Owns what a service gives the kit and gets from it. */
import { type FencedLock } from '../protocol/wire/locks';
import { type Ms, type Phase } from '../protocol/wire/phases';

export type { FencedLock };

/** One participant of one transaction: what a vote, its record and everything that follows belong to. */
export interface BranchKey {
  readonly transactionId: string;
  readonly participant: string;
}

/** What a service's own functions are told. In commit and rollback `payload` and `locks` are those that were prepared. */
export interface Call extends BranchKey {
  readonly phase: Phase;
  /** As the client sent it, unchecked: read it with a schema of your own. */
  readonly payload: unknown;
  readonly locks: readonly FencedLock[];
  /** The transaction's deadline; in prepare only. */
  readonly decideBy?: Ms;
  /** W3C Trace Context of the request, to go on with. */
  readonly traceparent?: string;
}

export type Vote = { readonly vote: 'yes' } | { readonly vote: 'no'; readonly reason: string };

export const yes: Vote = { vote: 'yes' };

/** @param reason for people; the coordinator is told that it is a no. */
export function no(reason: string): Vote {
  return { vote: 'no', reason };
}

type Now<T> = T | Promise<T>;

/**
 * The service's own functions, each run inside one local transaction together with the kit's record, so that effect and
 * record cannot part. What one throws rolls that transaction back; the coordinator then tries again.
 */
export interface Reservation<Tx> {
  /** Takes what commit will need, so that commit cannot fail. What it did is undone where it votes no. */
  prepare(tx: Tx, call: Call): Now<Vote>;
  commit(tx: Tx, call: Call): Now<void>;
  rollback(tx: Tx, call: Call): Now<void>;
}

/** The effect as ordinary SQL; the database itself keeps it prepared, and commits or rolls it back by name. */
export interface XaWork<Tx> {
  prepare(tx: Tx, call: Call): Now<Vote>;
}

/** A pino logger fits. */
export interface KitLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface PreparedEntry extends BranchKey {
  /** RFC 3339, UTC. */
  readonly preparedAt: string;
}

export interface PreparedPage {
  readonly prepared: readonly PreparedEntry[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

export interface Settlement extends BranchKey {
  readonly outcome: 'committed' | 'rolledback';
  /** Who settles, and why: kept with the record. */
  readonly by: string;
  readonly reason: string;
}

/** What settling did. `refused` says why: the other outcome stands already, or it was never prepared. */
export type Settled = { readonly is: 'done' } | { readonly is: 'refused'; readonly why: string };

export interface Participant {
  /** Serves `…/prepare`, `…/commit`, `…/rollback`, `…/prepared` and `…/settle` by the last segment of the path. */
  handle(request: Request): Promise<Response>;
  /** What is prepared here and waits for a decision, oldest first. */
  prepared(page?: { readonly limit?: number; readonly cursor?: string }): Promise<PreparedPage>;
  /** For an operator who has looked: ends one prepared transaction without the coordinator. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Waits for the calls in flight, then closes the store. */
  close(): Promise<void>;
}

export interface ParticipantOptions {
  /**
   * 1 to 64 of `A-Za-z0-9._-`. Services that keep their records in one database need one each, and keep it for ever;
   * several processes of one service have the same.
   */
  readonly service?: string;
  /** Standard Webhooks secrets (`whsec_…`); with any, what is not signed by one is refused. Several while one replaces another. */
  readonly secrets?: readonly string[];
  /**
   * The URLs that the coordinator calls this participant by: of prepare (and whatever else has another folder), or their folders, which end
   * in `/`. With them only what is signed for one of them is taken, which needs `secrets` and a coordinator that names in its signature
   * whom it is for. Without them that is looked at where it is there, and compared with the path alone.
   */
  readonly urls?: readonly string[];
  /** Whom to ask when a decision does not come. Without it the kit waits to be told. */
  readonly coordinator?: CoordinatorAccess;
  /** How long what ended is remembered; default 30 days, as long as a coordinator keeps its side. */
  readonly keepMs?: Ms;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  readonly log?: KitLog;
}

export interface CoordinatorAccess {
  /** The coordinator's `DTC_PUBLIC_URL`. A `statusUrl` of any other origin is not asked, and gets no token. */
  readonly url: string;
  /** A bearer token of role `participant`, where the coordinator asks for one. */
  readonly token?: string;
  /** In doubt for longer: ask. Default 60,000. */
  readonly askAfterMs?: Ms;
  /** How often to look. Default 10,000. */
  readonly everyMs?: Ms;
}
