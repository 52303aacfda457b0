/**
 * Owns where connections come from. Three sources, so that nothing that holds one of a kind ever waits for another of that
 * kind: a pool for local transactions; connections of their own for branches; a small pool to end and list branches, which
 * is used while a local transaction holds the record.
 */
import type * as Mysql2 from 'mysql2/promise';
import type { Connection, Pool, PoolConnection, PoolOptions } from 'mysql2/promise';
import { isBroken, storeError } from './errors';
import { setUp, type Waits } from './session';

export interface MysqlOptions extends PoolOptions {
  /**
   * How long to wait for a lock; default 3,000, in whole seconds. Then the call is answered 503. Keep it below the
   * coordinator's request timeout (5 s), so that the answer is heard.
   */
  readonly lockTimeoutMs?: number;
  /**
   * When the server ends a connection that is silent inside a transaction, and gives its rows back; default 30,000, in whole
   * seconds. Longer than a function of the service is without a statement.
   */
  readonly idleTimeoutMs?: number;
}

export type Lender = <T>(use: (connection: Connection) => Promise<T>) => Promise<T>;

export interface Connections {
  readonly lockTimeoutMs: number;
  /** Of local transactions; half as many prepares, each with a connection more, run at once (prepareGate.ts). */
  readonly limit: number;
  readonly local: Lender;
  readonly admin: Lender;
  /** A new one, in no pool; the caller closes it. @param also assignments that go with its set-up. */
  open(...also: readonly string[]): Promise<Connection>;
  close(): Promise<void>;
}

const admins = 4;
/** The pools close what nobody used for so long, before the server does: no call meets a connection that has just ended. */
const unusedMs = 60_000;
const keepAliveInitialDelay = 15_000;
const defaultLimit = 10;

export async function connect(config: string | MysqlOptions): Promise<Connections> {
  const { createConnection, createPool } = await driver();
  const {
    lockTimeoutMs = 3_000,
    idleTimeoutMs: idleMs = 30_000,
    ...given
  } = typeof config === 'string' ? { uri: config } : config;
  const options = { connectTimeout: lockTimeoutMs, keepAliveInitialDelay, ...given, charset: 'utf8mb4' };
  const limit = given.connectionLimit ?? defaultLimit;
  const pooled = { idleTimeout: unusedMs, ...options };
  const local = createPool({ maxIdle: limit - 1, ...pooled, connectionLimit: limit });
  const admin = createPool({ ...pooled, maxIdle: admins - 1, connectionLimit: admins });
  const waits = { lockTimeoutMs, idleMs, unusedMs: idleMs + unusedMs };
  return {
    lockTimeoutMs,
    limit,
    local: lender(local, waits),
    admin: lender(admin, waits),
    open: async (...also) => {
      try {
        const connection = await createConnection({ ...options });
        connection.on('error', () => undefined); // whoever waits for an answer is told; nobody else needs to be
        await setUp(connection, { ...waits, unusedMs: idleMs, also });
        return connection;
      } catch (error) {
        throw storeError(error);
      }
    },
    close: async () => {
      await Promise.all([local.end(), admin.end()]);
    },
  };
}

/** Gives a connection back, or away where it is of no more use. */
function lender(pool: Pool, waits: Waits): Lender {
  const ready = new WeakSet<object>();
  const take = async (): Promise<PoolConnection> => {
    const connection = await pool.getConnection();
    if (ready.has(connection.connection)) return connection;
    try {
      await setUp(connection, waits);
      ready.add(connection.connection);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };
  return async use => {
    const connection = await take().catch((error: unknown) => {
      throw storeError(error);
    });
    try {
      const result = await use(connection);
      connection.release();
      return result;
    } catch (error) {
      if (isBroken(error)) connection.destroy();
      else connection.release();
      throw error;
    }
  };
}

async function driver(): Promise<typeof Mysql2> {
  try {
    return await import('mysql2/promise');
  } catch (error) {
    throw new Error('mysqlStore needs the package mysql2: install it (npm install mysql2)', { cause: error });
  }
}
