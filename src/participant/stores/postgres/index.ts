/**
 * Owns PostgreSQL as a store, for both ways to take part.
 *
 * Two pools: in the XA way a prepare holds a connection of the first, with the lock on its record, while its branch needs one
 * of the second. From one pool as many prepares as it has connections would each hold one and wait for another, for ever.
 */
import type pg from 'pg';
import { type Ms } from '../../../protocol/wire/phases';
import { type Dialect, type Row, type Session, type XaStore } from '../contract';
import { askWithin, setIdleBound, statementBound } from './bounds';
import { branchesOf } from './branches';
import { conflictedTooOften, isConflict, withHint } from './errors';
import { type Sessions, sessionsOf } from './sessions';

const dialect: Dialect = {
  name: 'postgres',
  forUpdate: ' FOR UPDATE',
  orIgnore: 'ON CONFLICT DO NOTHING',
  types: { key: 'text COLLATE "C"', resource: 'text COLLATE "C"', text: 'text', integer: 'bigint' },
};

/** What `pg.Pool` takes; `max` (default 10) counts for each of the two pools. */
export interface PostgresOptions extends pg.PoolConfig {
  /**
   * How long a statement waits for what another transaction has locked; default 3,000, below the 5 s after which the
   * coordinator gives up a request: so it is told 503 and why, and its repeat does not meet the one before still waiting.
   */
  readonly lockTimeoutMs?: number;
  /**
   * When PostgreSQL ends a session that is silent inside a transaction, and gives its rows back; default 30,000. Longer than
   * a function of the service is without a statement. Where `idle_in_transaction_session_timeout` is set, that one counts.
   */
  readonly idleTimeoutMs?: number;
}

const poolDefaults: pg.PoolConfig = {
  connectionTimeoutMillis: 3_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 15_000,
};
const migration: Waits = { lockTimeoutMs: 60_000, idleMs: 60_000 };
/** Any number will do that nothing else in the service's database takes. */
const migrationLock = 0x64_74_63;
const mostRetries = 3;
const whoMayMigrate =
  'the kit looks after its tables when it starts: GRANT CREATE ON SCHEMA … TO its role, which is to own them';

/** @throws where the driver `pg` is not installed. The database is not asked yet. */
export async function postgresStore({
  lockTimeoutMs = 3_000,
  idleTimeoutMs: idleMs = 30_000,
  ...config
}: PostgresOptions = {}): Promise<XaStore<pg.PoolClient>> {
  const { Pool, escapeLiteral } = await loadDriver();
  const statementMs = statementBound(lockTimeoutMs, config.query_timeout);
  const open = (): Sessions => sessionsOf(new Pool({ ...poolDefaults, ...config }), statementMs);
  const [records, ends] = [open(), open()];
  const begin = beginWith('BEGIN', { lockTimeoutMs, idleMs });

  return {
    dialect,
    connections: config.max ?? 10,
    transaction: work =>
      retried(() =>
        committed(records, { begin, statementMs }, client => work(sessionOf(client, statementMs), client)),
      ),
    // READ COMMITTED: what another process made while this one waited for its turn has to be seen
    migrate: work =>
      committed(
        records,
        {
          begin: beginWith('BEGIN ISOLATION LEVEL READ COMMITTED', migration),
          statementMs: statementBound(migration.lockTimeoutMs),
        },
        async client => {
          const session = sessionOf(client, statementBound(migration.lockTimeoutMs));
          await session.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
          await work(session);
        },
      ).catch((error: unknown) => {
        throw withHint(error, whoMayMigrate);
      }),
    branches: branchesOf({ sessions: ends, begin, statementMs, sessionOf, quote: escapeLiteral }),
    close: async () => {
      await Promise.all([records.close(), ends.close()]);
    },
  };
}

interface Waits {
  readonly lockTimeoutMs: Ms;
  readonly idleMs: Ms;
}

/** A vote is on disk before its answer leaves, also where the database commits others without waiting for the disk. */
function beginWith(begin: string, { lockTimeoutMs, idleMs }: Waits): string {
  return `${begin}; SET LOCAL lock_timeout = ${lockTimeoutMs}; ${setIdleBound(idleMs)};
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;
}

function committed<T>(
  sessions: Sessions,
  { begin, statementMs }: { readonly begin: string; readonly statementMs: Ms },
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return sessions.transaction({
    begin,
    work,
    end: async client => {
      // an aborted transaction answers COMMIT with a rollback and no error
      const { command } = await askWithin(client, statementMs, 'COMMIT');
      if (command !== 'COMMIT')
        throw new Error(
          'nothing was committed: a statement failed before, and the service did not pass the error on',
        );
    },
  });
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1)
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (retries === mostRetries) throw conflictedTooOften(error, retries + 1);
    }
}

/** The kit writes `?` for every database. */
function sessionOf(client: pg.PoolClient, statementMs: Ms): Session {
  return {
    query: async (sql, values = []) => {
      let n = 0;
      const numbered = sql.replaceAll('?', () => `$${(n += 1)}`);
      const { rows } = await askWithin(client, statementMs, numbered, values);
      return rows as readonly Row[];
    },
  };
}

/** An optional peer, needed by those alone who keep their record in PostgreSQL. */
async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch (error) {
    throw new Error('postgresStore needs the driver pg: npm install pg', { cause: error });
  }
}
