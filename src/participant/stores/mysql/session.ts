/** Owns connections: how one is set up, how the kit's own statements run on it, and how it is closed. */
import type { Connection } from 'mysql2/promise';
import { type Row, type Session, type SqlValue } from '../contract';

const graceMs = 5_000;
const closingMs = 2_000;

/**
 * READ COMMITTED: a record is read as it is now, not as it was when the transaction began, and no gap between rows stays
 * locked, least of all by a branch that is prepared for hours.
 */
export async function setUp(connection: Connection, waits: Waits): Promise<void> {
  const { lockTimeoutMs, idleMs, unusedMs, also = [] } = waits;
  const session = sessionOf(connection, lockTimeoutMs);
  const [lock, idle, unused] = [lockTimeoutMs, idleMs, unusedMs].map(secondsOf);
  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  await session.query(
    `SET SESSION ${[
      'autocommit = 1',
      `innodb_lock_wait_timeout = ${lock}`,
      `lock_wait_timeout = ${lock}`,
      `wait_timeout = LEAST(@@global.wait_timeout, ${unused})`,
      ...also,
    ].join(', ')} /*M!100300 , idle_transaction_timeout =
      IF(@@global.idle_transaction_timeout = 0, ${idle}, @@global.idle_transaction_timeout) */`,
  );
}

/**
 * When the server ends a connection that says nothing, since a link that froze does not tell it. What a branch has prepared
 * stays prepared. MySQL knows `wait_timeout` alone, which also counts outside of transactions.
 */
export interface Waits {
  readonly lockTimeoutMs: number;
  /** Inside a transaction, on MariaDB. */
  readonly idleMs: number;
  /** Anywhere. */
  readonly unusedMs: number;
  /** Assignments that go with it. */
  readonly also?: readonly string[];
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

/** What a statement may take: a wait for a lock and then some. After that the connection counts as lost. */
export function longestMs(lockTimeoutMs: number): number {
  return lockTimeoutMs + graceMs;
}

export function sessionOf(connection: Connection, lockTimeoutMs: number): Session {
  return {
    query: (sql, values = []) => run(connection, { sql, values, timeout: longestMs(lockTimeoutMs) }),
  };
}

interface Statement {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
  readonly timeout: number;
}

/**
 * Values go to the server apart from the statement, since quoting depends on its `sql_mode`. Without values it is sent as
 * text: not every statement can be prepared. The service's own ways to see rows do not apply.
 */
async function run(
  connection: Connection,
  { sql, values = [], timeout }: Statement,
): Promise<readonly Row[]> {
  const how = { sql, timeout, rowsAsArray: false, nestTables: false, typeCast: true } as const;
  const [rows] =
    values.length === 0
      ? await connection.query(how)
      : await connection.execute({ ...how, values: [...values] });
  return Array.isArray(rows) ? (rows as Row[]) : [];
}

/** Resolves when the server has closed it too (`closed`), or does not answer; never throws. */
export async function close(connection: Connection): Promise<'closed' | 'silent'> {
  return new Promise(resolve => {
    const patience = setTimeout(() => {
      connection.destroy();
      resolve('silent');
    }, closingMs);
    connection.once('end', () => {
      clearTimeout(patience);
      resolve('closed');
    });
    void connection.end(); // resolves before the server knows of it
  });
}
