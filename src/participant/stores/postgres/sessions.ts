/**
 * Owns one pool of connections: a session is given back only when it is whole, and its loss is an answer, not a crash.
 *
 * A connection that breaks says so by an `error` event, which ends the process where nobody listens, whether the connection
 * is idle or in use. One that freezes says nothing, so both ends stop waiting by themselves (bounds.ts).
 */
import type pg from 'pg';
import { type Ms } from '../../../protocol/wire/phases';
import { askWithin, endWhatIsSilent, rollbackMs } from './bounds';
import { gaveUp, whyFailed, whyNotConnected } from './errors';

export interface Sessions {
  /** Statements outside a transaction. */
  query(sql: string): Promise<pg.QueryResult>;
  /** `begin`, then `work`, then `end` with what the work gave; whatever throws, a ROLLBACK. */
  transaction<T>(steps: Steps<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Steps<T> {
  readonly begin: string;
  readonly work: (client: pg.PoolClient) => Promise<T>;
  readonly end: (client: pg.PoolClient, result: T) => Promise<void>;
}

export function sessionsOf(pool: pg.Pool, statementMs: Ms): Sessions {
  const lost = new WeakSet<pg.PoolClient>();
  const known = new WeakSet<pg.PoolClient>();
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
      if (!known.has(client)) await askWithin(client, statementMs, endWhatIsSilent);
      known.add(client);
      return await work(client);
    } catch (error) {
      whole = !gaveUp(error) && (await isUsable(client));
      throw whyFailed(error, lost.has(client));
    } finally {
      client.release(!whole);
    }
  };

  let closed: Promise<void> | undefined;
  return {
    query: sql => inSession(client => askWithin(client, statementMs, sql)),
    transaction: ({ begin, work, end }) =>
      inSession(async client => {
        await askWithin(client, statementMs, begin);
        const result = await work(client);
        await end(client, result);
        return result;
      }),
    close: () => (closed ??= pool.end()),
  };
}

/** After an error: out of any transaction, so that the next one can have it. Outside of one this only earns a warning. */
async function isUsable(client: pg.PoolClient): Promise<boolean> {
  return askWithin(client, rollbackMs, 'ROLLBACK').then(
    () => true,
    () => false,
  );
}
