/**
 * Owns for how long either end waits for the other. A link that freezes (a firewall that forgot it, a proxy or a process that
 * stopped) says nothing, and each end would keep what it holds: here a connection, there the row of a record.
 *
 * - The kit gives up a statement of its own after `statementMs`. How far it came is not known then: the call is answered 503,
 *   and its repeat finds what was done (I1, I4).
 * - PostgreSQL ends a session that stays silent inside a transaction for `idleMs`, which gives its rows back. What was
 *   prepared stays prepared: it belongs to no session.
 *
 * No `statement_timeout`: it would also cut off a COMMIT or PREPARE TRANSACTION that waits for a synchronous standby, and
 * PostgreSQL acknowledges such a one as done.
 */
import type pg from 'pg';
import { type Ms } from '../../../protocol/wire/phases';

const graceMs: Ms = 5_000;
export const rollbackMs: Ms = 1_000;

/** What a statement may take: a wait for a lock and then some, or what the service gave as `query_timeout`, if that is less. */
export function statementBound(lockTimeoutMs: Ms, queryTimeoutMs: Ms = Infinity): Ms {
  return Math.min(lockTimeoutMs + graceMs, queryTimeoutMs > 0 ? queryTimeoutMs : Infinity);
}

/** @throws where no answer came in time; the connection is of no more use then. */
export function askWithin(
  client: pg.PoolClient,
  ms: Ms,
  text: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult> {
  const bounded = { text, values: [...values], query_timeout: ms }; // its types do not know the last one, pg does
  return client.query(bounded);
}

/** For one transaction alone: a pooler may hand its session to somebody else afterwards. What somebody has set stands. */
export function setIdleBound(idleMs: Ms): string {
  const name = 'idle_in_transaction_session_timeout';
  return `SELECT set_config('${name}', '${idleMs}', true) WHERE current_setting('${name}') = '0'`;
}

/**
 * For the session: a peer that is gone is noticed within 30 s where nothing is sent, and where something is. What somebody
 * has set stands, and what this version or system of PostgreSQL does not have is left out.
 */
export const endWhatIsSilent = `SELECT set_config(name, wanted, false) FROM (VALUES
    ('tcp_keepalives_idle', '15'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
    ('tcp_user_timeout', '30000')) AS wish (name, wanted)
  JOIN pg_settings USING (name) WHERE source = 'default'`;
