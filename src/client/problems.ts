/** Owns which error an answer is that is no success: the class of its problem's `type`, or that no coordinator made it. */
import { type ProblemName } from '../protocol/client/problems';
import { given } from '../protocol/wire/given';
import { retryAfterMs } from '../protocol/wire/retryAfter';
import { isText, membersOf } from '../protocol/wire/shapes';
import { shortened } from '../protocol/wire/shortened';
import {
  Conflict,
  type CoordinatorError,
  ExpiredTransaction,
  InternalError,
  InvalidRequest,
  KeyReused,
  LockConflict,
  LockTimeout,
  NotAllowed,
  NotFound,
  ProblemError,
  type ProblemParts,
  RateLimited,
  StateChanged,
  Unauthenticated,
  Unavailable,
  UnexpectedAnswer,
} from './errors';

const classes: Readonly<Record<ProblemName, new (parts: ProblemParts) => ProblemError>> = {
  'invalid-json': InvalidRequest,
  'invalid-request': InvalidRequest,
  'method-not-allowed': InvalidRequest,
  'body-too-large': InvalidRequest,
  'unsupported-media-type': InvalidRequest,
  'misdirected-request': InvalidRequest,
  unauthenticated: Unauthenticated,
  'role-not-allowed': NotAllowed,
  'participant-not-allowed': NotAllowed,
  'receiver-not-allowed': NotAllowed,
  'not-found': NotFound,
  'unknown-transaction': NotFound,
  'not-held': NotFound,
  'expired-transaction': ExpiredTransaction,
  'action-conflict': Conflict,
  'state-changed': StateChanged,
  'foreign-workflow': Conflict,
  'lock-conflict': LockConflict,
  'lock-timeout': LockTimeout,
  'idempotency-key-reused': KeyReused,
  'rate-limited': RateLimited,
  'internal-error': InternalError,
  'engine-unavailable': Unavailable,
  'start-unknown': Unavailable,
  overloaded: Unavailable,
  'lock-queue-full': Unavailable,
  'worker-unavailable': Unavailable,
  stopping: Unavailable,
  'keys-unavailable': Unavailable,
};

const prefix = '/problems/';

/** @param text the body of the answer */
export function refusalOf({ status, headers }: Response, text: string, asked: string): CoordinatorError {
  const after = given({ retryAfterMs: retryAfterMs(headers.get('retry-after') ?? undefined, Date.now()) });
  const problem = problemIn(headers, text);
  if (problem === undefined) return unexpected({ status, headers, ...after }, text, asked);
  const name = problem.type.slice(prefix.length);
  const Class = Object.hasOwn(classes, name) ? classes[name as ProblemName] : ProblemError;
  return new Class({ ...problem, status, headers, ...after });
}

/** @param text the body of the answer */
export function unexpected(
  { status, headers, retryAfterMs: after }: Pick<ProblemParts, 'status' | 'headers' | 'retryAfterMs'>,
  text: string,
  asked: string,
): UnexpectedAnswer {
  const type = headers.get('content-type') ?? 'no content-type';
  const said = text === '' ? '' : `: ${shortened(text.replace(/\s+/g, ' ').trim(), 120)}`;
  const message = `${asked} answered ${status} (${type}), which is none of a coordinator${said}`;
  return new UnexpectedAnswer(message, { status, headers, ...given({ retryAfterMs: after }) });
}

type Told = Pick<ProblemParts, 'type' | 'title' | 'detail' | 'errors' | 'members'>;

function problemIn(headers: Headers, text: string): Told | undefined {
  if (!/^application\/problem\+json\b/.test(headers.get('content-type') ?? '')) return undefined;
  const members = membersOf(parsed(text));
  const { type, title, detail, errors } = members;
  if (!isText(type) || !type.startsWith(prefix)) return undefined;
  return {
    type,
    title: isText(title) ? title : type,
    detail: isText(detail) ? detail : '',
    errors: Array.isArray(errors) ? (errors as Told['errors']) : [],
    members,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // then it is no problem of ours, and told as that
  }
}
