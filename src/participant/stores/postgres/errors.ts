/**
 * Owns which of PostgreSQL's errors mean "not at the moment" (503, the coordinator tries again), with what to do or set.
 * All others go through unchanged: they are the service's own, or a fault to look at.
 */
import { StoreUnavailable } from '../contract';

interface PostgresError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  /** The function of the server that raised it: in every language the same, as the message is not. */
  readonly routine?: string;
}

/** True of what the server itself answered, not of a failure to reach it. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isPostgresError(error) && codes.includes(error.code);
}

/** The database gave up this transaction in favour of another; begun again it may well succeed. */
export function isConflict(error: unknown): boolean {
  return hasCode(error, '40001', '40P01');
}

/** The same with what to do, where it is that the role may not do this; it does not pass of itself. */
export function withHint(error: unknown, whatToDo: string): unknown {
  if (!isPostgresError(error) || error.code !== '42501') return error;
  return new Error(`${error.message}: ${whatToDo}`, { cause: error });
}

export function conflictedTooOften(error: unknown, times: number): StoreUnavailable {
  return unavailable(`it met other transactions on the same rows ${times} times in a row`, error);
}

/** A session that could not be had. Only what the server answered may be the set-up's fault and not pass. */
export function whyNotConnected(error: unknown): unknown {
  if (isPostgresError(error)) return explained(error);
  return unavailable(
    `PostgreSQL cannot be reached (${reasonOf(error)}): start it, or correct host and port; where it says that ` +
      'connecting timed out, all connections may be in use: raise max of the pool',
    error,
  );
}

/** The answer did not come within pg's `query_timeout`, so its connection is of no more use. */
export function gaveUp(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** @param lost the connection is gone, so that nobody knows how far the statement came. */
export function whyFailed(error: unknown, lost: boolean): unknown {
  if (isPostgresError(error)) return explained(error);
  if (!lost && !gaveUp(error)) return error;
  return unavailable(`the connection to PostgreSQL was lost (${reasonOf(error)}): is it up?`, error);
}

function explained(error: PostgresError): Error {
  const why = whyUnavailable(error);
  return why === undefined ? error : unavailable(why, error);
}

function whyUnavailable(error: PostgresError): string | undefined {
  if (error.routine === 'MarkAsPreparing' && (error.code === '53200' || error.code === '55000'))
    return `${error.message}: ${howToAllowPrepared}`;
  if (error.routine === 'LockGXact' && error.code === '55000')
    return `${error.message}: another connection is ending it at the moment`;
  const why = meanings[error.code] ?? classes[error.code.slice(0, 2)];
  return why === undefined ? undefined : `${error.message}: ${why}`;
}

export const howToAllowPrepared =
  'ALTER SYSTEM SET max_prepared_transactions = 100 (at least as many as transactions are in doubt at once, over all ' +
  'databases of the server), then restart PostgreSQL. SELECT * FROM pg_prepared_xacts shows what is prepared';

const meanings: Readonly<Record<string, string>> = {
  '25006':
    'this is a standby or set read only; point the participant at the primary, or let the failover end',
  '25P03':
    'raise idleTimeoutMs of the store, or idle_in_transaction_session_timeout where that is set: it cut off a transaction under way',
  '25P04': 'raise transaction_timeout, it cut off a transaction under way',
  '53300': 'raise max_connections, or lower max of the store: it opens two pools of that size each',
  '55P03':
    'another transaction holds a row that this one needs, and a prepared one holds its rows until it is decided: ' +
    'SELECT gid, prepared FROM pg_prepared_xacts',
  '57P01': 'PostgreSQL is being stopped, or an administrator ended the connection',
  '57P02': 'PostgreSQL crashed and starts again',
  '57P03': 'PostgreSQL is starting or stopping',
};

const classes: Readonly<Record<string, string>> = {
  '08': 'the connection to PostgreSQL failed: is it up?',
  '53': 'PostgreSQL is out of a resource; its log says which',
};

function unavailable(why: string, cause: unknown): StoreUnavailable {
  return new StoreUnavailable(why, { cause });
}

/** Of a host with several addresses Node reports one error for each, and no message for all. */
function reasonOf(error: unknown): string {
  const { errors, message } = Object(error) as Partial<AggregateError>;
  return errors === undefined ? (message ?? String(error)) : errors.map(reasonOf).join(', ');
}
