/**
 * Owns the answers table of PROTOCOL §2: what one reply to one request means. Pure, so that activities report meanings
 * and the table may change without breaking the replay of a workflow.
 *
 * I8: no answer is never a yes; only a whole `200` is one.
 * I3, I4: `exposureOf` says what a request may have left behind at the participant.
 */
import { type CompletionPhase, type Ms } from './phases';
import { given } from './given';
import { plain } from './plainText';
import { shortened } from './shortened';

/** What came back for one request. `lost`, `malformed`: it may have arrived all the same; `notSent`: it did not. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly retryAfterMs?: Ms }
  | {
      readonly kind: 'notSent';
      readonly code: NotSentCode;
      readonly message: string;
      /** When it is its turn, where it is `busy`. */
      readonly retryAfterMs?: Ms;
    }
  | {
      readonly kind: 'lost';
      readonly code: 'timeout' | 'cutOff' | 'cancelled' | 'deadline';
      readonly message: string;
    }
  | {
      readonly kind: 'malformed';
      readonly code: 'brokenHttp' | 'tooLarge' | 'notJson';
      readonly message: string;
    };

/**
 * `policy`: not an allowed participant; `connection`: none was made; `busy`: there was no place for it among the requests in flight,
 * no descriptor, or no turn to look its name up.
 */
export type NotSentCode = 'policy' | 'connection' | 'busy' | 'deadline' | 'cancelled';

/** Why a request did not bring what it asked for. `code` is stable, `message` is for people and holds no secret. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** What `Retry-After` asked for; where it is busy, when it is its turn. */
  readonly retryAfterMs?: Ms;
}

/** The `code` of a request whose sender died: it may or may not have been sent. */
export const workerLost = 'workerLost';

export type VoteMeaning =
  | { readonly is: 'yes' }
  | { readonly is: 'no'; readonly why: Failure }
  | { readonly is: 'unavailable'; readonly why: Failure };

/** `foundCommitted`: the participant refused a rollback because its provisional commit had taken place. */
export type CompletionMeaning =
  | { readonly is: 'done' }
  | { readonly is: 'foundCommitted'; readonly why: Failure }
  | { readonly is: 'unavailable'; readonly why: Failure };

/** What the requests of one phase may have left at a participant; requests add up with `joinExposure`. */
export interface Exposure {
  /** One may have reached it (I3). */
  readonly reached: boolean;
  /** One may have reached it and went without a 2xx-4xx answer (*loose*, I4). */
  readonly unanswered: boolean;
  /** One that may have reached it was not answered with a no. */
  readonly notNo: boolean;
}

export const untouched: Exposure = { reached: false, unanswered: false, notNo: false };

/** What must be assumed of a request whose sender is gone. */
export const unknownExposure: Exposure = { reached: true, unanswered: true, notNo: true };

export function joinExposure(a: Exposure, b: Exposure): Exposure {
  return {
    reached: a.reached || b.reached,
    unanswered: a.unanswered || b.unanswered,
    notNo: a.notNo || b.notNo,
  };
}

export function exposureOf(reply: Reply): Exposure {
  if (reply.kind === 'notSent') return untouched;
  const unanswered = reply.kind !== 'answer' || reply.status >= 500;
  return { reached: true, unanswered, notNo: unanswered || readVote(reply).is !== 'no' };
}

/**
 * How many requests of the configured attempts it took: one that was *busy* took none, since nobody was asked. What could not be
 * sent for another reason did take one: that there is no connection says something of the participant.
 */
export function requestsIn(reply: Reply): 0 | 1 {
  return isBusy(reply) ? 0 : 1;
}

/** The `code` of a request that waits for its turn. */
export const busy = 'busy';

function isBusy(reply: Reply): boolean {
  return reply.kind === 'notSent' && reply.code === busy;
}

/** Statuses that say "not now" rather than "no" (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2). */
const transientStatuses = new Set([408, 425, 429]);

function isTransient(status: number): boolean {
  return status >= 500 || transientStatuses.has(status);
}

/** The column "to prepare". */
export function readVote(reply: Reply): VoteMeaning {
  const why = failureOf(reply);
  switch (reply.kind) {
    case 'answer':
      if (reply.status === 200) return voteInBody(reply.body);
      return isTransient(reply.status) ? { is: 'unavailable', why } : { is: 'no', why };
    case 'malformed':
      return { is: 'no', why };
    case 'notSent':
      return reply.code === 'policy' ? { is: 'no', why } : { is: 'unavailable', why };
    case 'lost':
      return { is: 'unavailable', why };
  }
}

function voteInBody(body: string | undefined): VoteMeaning {
  const vote = jsonVote(body);
  if (vote === undefined || vote === 'yes') return { is: 'yes' };
  const said = typeof vote === 'string' ? plain(shortened(vote, 64)) : typeof vote;
  return {
    is: 'no',
    why: { code: 'refused', status: 200, message: `answered 200 with "vote": ${JSON.stringify(said)}` },
  };
}

function jsonVote(body: string | undefined): unknown {
  if (body === undefined || body === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'vote' in parsed ? parsed.vote : undefined;
  } catch {
    return undefined; // not JSON, and not called so (outbound/voteBody.ts): the status alone is the vote
  }
}

/** What the coordinator knows of a participant when it reads an answer to commit or rollback. */
export interface ParticipantStanding {
  readonly phase: CompletionPhase;
  readonly votedYes: boolean;
  /** Every prepare sent to it was answered no. */
  readonly everyPrepareRefused: boolean;
  /** An earlier rollback request was acknowledged, or may have arrived and got no answer: it may have been forgotten. */
  readonly mayHaveRolledBack: boolean;
  /** A 409 means that its provisional commit took place (`onCommitFailure: "rollback"`). */
  readonly conflictMeansCommitted: boolean;
}

/** The columns "to commit" and "to rollback": the status line alone counts. */
export function readCompletion(reply: Reply, standing: ParticipantStanding): CompletionMeaning {
  const why = failureOf(reply);
  if (reply.kind === 'answer' && (reply.status === 200 || reply.status === 204)) return { is: 'done' };
  if (standing.phase === 'commit') return { is: 'unavailable', why };
  if (reply.kind === 'answer' && reply.status === 409 && standing.conflictMeansCommitted)
    return { is: 'foundCommitted', why };
  return refusesRollbackHarmlessly(reply, standing) ? { is: 'done' } : { is: 'unavailable', why };
}

function refusesRollbackHarmlessly(reply: Reply, standing: ParticipantStanding): boolean {
  if (reply.kind === 'notSent') return reply.code === 'policy' && standing.everyPrepareRefused;
  if (reply.kind !== 'answer' || isTransient(reply.status)) return false;
  if (reply.status === 404 || reply.status === 410) return !standing.votedYes || standing.mayHaveRolledBack;
  return standing.everyPrepareRefused;
}

/** What a person reads about a reply that was not what was asked for. */
export function failureOf(reply: Reply): Failure {
  const wait = given({ retryAfterMs: 'retryAfterMs' in reply ? reply.retryAfterMs : undefined });
  if (reply.kind !== 'answer') return { code: reply.code, message: reply.message, ...wait };
  const code = isTransient(reply.status)
    ? 'unavailable'
    : reply.status === 409
      ? 'refused'
      : 'unexpectedStatus';
  return { code, status: reply.status, message: `answered ${String(reply.status)}`, ...wait };
}
