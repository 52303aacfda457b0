/**
 * Owns local transactions and the migration.
 *
 * - What fails is rolled back as a whole: after a lock wait timeout (1205) the server itself undoes only the statement.
 * - A connection whose state is not known is closed, and the server then rolls back what it held.
 * - A deadlock (1213) begins again, a few times.
 */
import type { Connection } from 'mysql2/promise';
import { type Session, StoreUnavailable } from '../contract';
import { type Connections } from './connections';
import { alreadyDone, isBroken, isDeadlock, numberOf, storeError } from './errors';
import { close, sessionOf } from './session';

const mostRetries = 3;
const migrationWaitS = 30;

export type Work<T> = (session: Session, connection: Connection) => Promise<T>;

export async function transaction<T>(connections: Connections, work: Work<T>): Promise<T> {
  for (let retries = 0; ; retries += 1)
    try {
      return await connections.local(connection => once(connection, connections.lockTimeoutMs, work));
    } catch (error) {
      if (!isDeadlock(error) || retries === mostRetries) throw storeError(error);
    }
}

async function once<T>(connection: Connection, lockTimeoutMs: number, work: Work<T>): Promise<T> {
  const session = sessionOf(connection, lockTimeoutMs);
  try {
    await session.query('START TRANSACTION');
    const result = await work(session, connection);
    await session.query('COMMIT');
    return result;
  } catch (error) {
    if (!isBroken(error))
      await session.query('ROLLBACK').catch(() => {
        connection.destroy();
      });
    throw error;
  }
}

/**
 * Here DDL commits by itself, so a migration that dies is half done. Its version is only written at its end: the next one
 * does every step again, and passes over what is there already. A lock of the server's, bound to the connection, keeps
 * others out.
 */
export async function migrate(
  connections: Connections,
  database: string,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const connection = await connections.open();
  try {
    await takeLock(connection, database);
    const session = sessionOf(connection, connections.lockTimeoutMs);
    await session.query('SET SESSION default_storage_engine = InnoDB');
    await work(repeatable(session));
  } catch (error) {
    throw storeError(error);
  } finally {
    await close(connection);
  }
}

async function takeLock(connection: Connection, database: string): Promise<void> {
  const [rows] = await connection.query({
    sql: `SELECT GET_LOCK(SHA1(CONCAT('dtc/', ?)), ${migrationWaitS}) AS got`,
    values: [database],
    rowsAsArray: false,
  });
  if (Number((rows as { got: unknown }[])[0]?.got) !== 1)
    throw new StoreUnavailable(
      `another process has been working on the kit's tables in ${database} for ${migrationWaitS} s: see SHOW PROCESSLIST`,
    );
}

function repeatable(session: Session): Session {
  return {
    query: async (sql, values) => {
      try {
        return await session.query(sql, values);
      } catch (error) {
        if (alreadyDone.includes(numberOf(error))) return [];
        throw error;
      }
    },
  };
}
