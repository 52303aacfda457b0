/**
 * Owns one pool of connections: a session is given back only when it is whole, and its loss is an answer, not a crash.
 *
 * A connection that breaks says so by an `error` event, which ends the process where nobody listens, whether the connection
 * is idle or in use.
 */
import type pg from 'pg';
import { whyFailed, whyNotConnected } from './errors';

export interface Sessions {
  /** Statements outside a transaction. */
  query(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  /** `begin`, then `work`, then `end` with what the work gave; whatever throws, a ROLLBACK. */
  transaction<T>(steps: Steps<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Steps<T> {
  readonly begin: string;
  readonly work: (client: pg.PoolClient) => Promise<T>;
  readonly end: (client: pg.PoolClient, result: T) => Promise<void>;
}

export function sessionsOf(pool: pg.Pool): Sessions {
  const lost = new WeakSet<pg.PoolClient>();
  pool.on('connect', client => client.on('error', () => lost.add(client)));
  pool.on('error', () => undefined); // of an idle one; the pool has dropped it already

  const connect = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw whyNotConnected(error);
    });

  const inSession = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await connect();
    let whole = true;
    try {
      return await work(client);
    } catch (error) {
      whole = await isUsable(client);
      throw whyFailed(error, lost.has(client));
    } finally {
      client.release(!whole);
    }
  };

  let closed: Promise<void> | undefined;
  return {
    query: (sql, values = []) => inSession(client => client.query(sql, [...values])),
    transaction: ({ begin, work, end }) =>
      inSession(async client => {
        await client.query(begin);
        const result = await work(client);
        await end(client, result);
        return result;
      }),
    close: () => (closed ??= pool.end()),
  };
}

/** After an error: out of any transaction, so that the next one can have it. Outside of one this only earns a warning. */
async function isUsable(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
