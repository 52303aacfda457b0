/**
 * Owns what a client's calls reject with, by what happens next: a problem that the coordinator tells (PROTOCOL §3, one class a family,
 * with its `type`), no answer, an answer that is none of a coordinator, a start of which nobody knows, a wait that is over too early.
 * What the caller's own signal was aborted with is passed on as it is.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { type Change } from '../protocol/client/etag';
import { type ProblemError as WrongMember } from '../protocol/client/problems';
import { type Ms } from '../protocol/wire/phases';

/** All but a mistake in the caller's own options, which is a `TypeError`, and an abort. */
export abstract class CoordinatorError extends Error {
  /** How many requests were made of the call that ends with this. */
  attempts = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export interface ProblemParts {
  /** `/problems/<name>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** What was wrong with the request, and where. */
  readonly errors: readonly WrongMember[];
  /** The whole problem, with the members that only this one has. */
  readonly members: Readonly<Record<string, unknown>>;
  /** From `Retry-After`, where there is one. */
  readonly retryAfterMs?: Ms;
  /** Of the answer: what a proxy has put there (a request id, say). */
  readonly headers: Headers;
}

/** The coordinator said no, and why. One of the classes below, unless it is newer than this client. */
export class ProblemError extends CoordinatorError implements ProblemParts {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly WrongMember[];
  readonly members: Readonly<Record<string, unknown>>;
  declare readonly retryAfterMs?: Ms;
  readonly headers: Headers;

  constructor(parts: ProblemParts) {
    super(messageOf(parts));
    this.type = parts.type;
    this.title = parts.title;
    this.status = parts.status;
    this.detail = parts.detail;
    this.errors = parts.errors;
    this.members = parts.members;
    if (parts.retryAfterMs !== undefined) this.retryAfterMs = parts.retryAfterMs;
    this.headers = parts.headers;
  }
}

function messageOf({ type, status, detail, errors }: ProblemParts): string {
  const each = errors.map(({ pointer, header, query, message }) => {
    const where = pointer ?? header ?? query;
    return where === undefined ? message : `${where} ${message}`;
  });
  return `${type} (${status}): ${[detail, ...each].join('; ')}`;
}

/** `400`, `405`, `413`, `415`, `421`: `errors` has each thing that is wrong, and where. */
export class InvalidRequest extends ProblemError {}
/** `401`: no token, or not a valid one. */
export class Unauthenticated extends ProblemError {}
/** `403`: the caller's role may not do it, or a URL of the request may not be called. */
export class NotAllowed extends ProblemError {}
/** `404`: there is no such transaction or path, or the lock is not held by that holder. */
export class NotFound extends ProblemError {}
/** `410`: older than records are kept. */
export class ExpiredTransaction extends ProblemError {}
/** `409`: the action does not apply to the transaction as it is, or another program's workflow has the id. */
export class Conflict extends ProblemError {}
/**
 * `412`: the transaction is not as the document says whose `etag` was given. Nothing was done by this request (a `retry` whose answer was lost may have
 * been taken before it): read it again, and decide anew.
 */
export class StateChanged extends ProblemError {
  /** What is different now; empty where the coordinator does not know the tag. */
  get changes(): readonly Change[] {
    const { changes } = this.members;
    return Array.isArray(changes) ? (changes as readonly Change[]) : [];
  }
}
/** `422`: the idempotency key belongs to another request. */
export class KeyReused extends ProblemError {}
/** `429`: nothing was done. */
export class RateLimited extends ProblemError {}
/** `503`, for longer than the call was to be repeated. */
export class Unavailable extends ProblemError {}
/** `500`: a bug; the coordinator's log has the rest. */
export class InternalError extends ProblemError {}

/** `409`: the lock is had or awaited otherwise, by another, or by a transaction that runs. */
export class LockConflict extends ProblemError {
  get heldBy(): readonly string[] {
    return namesIn(this.members['heldBy']);
  }
}

/** `408`: it was not free in time. */
export class LockTimeout extends ProblemError {
  get heldBy(): readonly string[] {
    return namesIn(this.members['heldBy']);
  }

  /** So many wait before it. */
  get ahead(): number {
    return Number(this.members['ahead'] ?? 0);
  }
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** No whole answer: no connection, cut off, or not in time. */
export class NoAnswer extends CoordinatorError {
  /** Whether the request may have arrived. */
  readonly wasSent: boolean;

  constructor(message: string, { wasSent, ...options }: ErrorOptions & { readonly wasSent: boolean }) {
    super(message, options);
    this.wasSent = wasSent;
  }
}

/** What answered is no coordinator: a proxy in between, or the URL is another one's. */
export class UnexpectedAnswer extends CoordinatorError {
  readonly status: number;
  readonly headers: Headers;
  declare readonly retryAfterMs?: Ms;

  constructor(
    message: string,
    { status, headers, retryAfterMs }: Pick<ProblemParts, 'status' | 'headers' | 'retryAfterMs'>,
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** The function that is to give the token failed, or gave none that can be sent. Nothing was sent. */
export class NoToken extends CoordinatorError {}

/**
 * The transaction may have been started, or may start yet. The same request with `idempotencyKey` gives that transaction and no other,
 * now or in a month. `cause` is why nobody knows.
 */
export class BeginUnknown extends CoordinatorError {
  readonly idempotencyKey: string;
  /** Where the coordinator could tell under which id. */
  declare readonly transactionId?: string;

  constructor(idempotencyKey: string, transactionId: string | undefined, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `it is not known whether the transaction was started: send the same request with idempotencyKey ${JSON.stringify(idempotencyKey)} again (${why})`,
      { cause },
    );
    this.idempotencyKey = idempotencyKey;
    if (transactionId !== undefined) this.transactionId = transactionId;
  }
}

/** `withinMs` has passed, and what was waited for has not come; the transaction goes on. */
export class StillPending extends CoordinatorError {
  constructor(
    /** As it was last seen. */
    readonly document: TransactionDocument,
    withinMs: Ms,
  ) {
    super(`transaction ${document.id} is ${document.status} (${document.state}) after ${withinMs} ms`);
  }
}

/** It was not signed by the coordinator, not for this receiver, or not within the last five minutes. Answer `401`. */
export class NotificationRefused extends CoordinatorError {}
