/**
 * Owns SQLite as a store: one file, one connection, one transaction at a time. WAL with `synchronous = FULL`, so that a vote
 * is on disk before its answer leaves, whatever fails, power included.
 */
import type Database from 'libsql';
import { type Dialect, type Row, type Session, type Store, StoreUnavailable } from './contract';

const dialect: Dialect = {
  name: 'sqlite',
  forUpdate: '', // BEGIN IMMEDIATE keeps every other writer out
  orIgnore: 'ON CONFLICT DO NOTHING',
  types: { key: 'TEXT', resource: 'TEXT', text: 'TEXT', integer: 'INTEGER' },
};

export interface SqliteOptions {
  /** How long to wait for another process that writes to the file; default 3,000. Else the call is answered 503. */
  readonly lockTimeoutMs?: number;
}

/** @param file made where there is none. The service's tables belong in it too: open it a second time to read them. */
export function sqliteStore(
  file: string,
  { lockTimeoutMs = 3_000 }: SqliteOptions = {},
): Store<Database.Database> {
  const Driver = loadDriver();
  const db = new Driver(file, { timeout: lockTimeoutMs });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  // waits are ours from here on: SQLite's own would stop the whole process, the writer it waits for included
  db.exec('PRAGMA busy_timeout = 0');
  const session = sessionOf(db);
  const alone = oneAtATime(lockTimeoutMs);

  const transaction = async <T>(
    work: (session: Session, tx: Database.Database) => Promise<T>,
  ): Promise<T> => {
    await begin(db, lockTimeoutMs);
    try {
      const result = await work(session, db);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  const close = (): Promise<void> => Promise.resolve(void db.close());

  return {
    dialect,
    transaction: work => alone(() => transaction(work)),
    migrate: work => alone(() => transaction(work)),
    close: () => alone(close).catch(close), // a function that does not end must not keep the service from ending
  };
}

const pauseMs = 10;

async function begin(db: Database.Database, withinMs: number): Promise<void> {
  if (db.inTransaction) db.exec('ROLLBACK'); // begun by a function of the service after it had returned
  for (const end = Date.now() + withinMs; ;)
    try {
      db.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (Date.now() >= end || !/locked|busy/i.test(String(error))) throw unavailable(error);
      await new Promise(resolve => setTimeout(resolve, pauseMs));
    }
}

function unavailable(cause: unknown): StoreUnavailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreUnavailable(`the SQLite file cannot be written at the moment: ${why}`, { cause });
}

function sessionOf(db: Database.Database): Session {
  return {
    query: (sql, values = []) =>
      new Promise(resolve => {
        const statement = db.prepare(sql); // what it throws rejects
        if (statement.reader) resolve(statement.all(...values) as Row[]);
        else {
          statement.run(...values);
          resolve([]);
        }
      }),
  };
}

/** Each begins when the one before it has ended, however it ended; who waits longer than `patienceMs` is turned away. */
function oneAtATime(patienceMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const before = last;
    let leave = (): void => undefined;
    const left = new Promise<void>(resolve => (leave = resolve));
    last = Promise.all([before, left]);
    try {
      await within(patienceMs, before);
      return await work();
    } finally {
      leave();
    }
  };
}

async function within(ms: number, turn: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable(busy));
    }, ms);
  });
  await Promise.race([turn, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}

const busy = 'another call has had the SQLite file for too long: does a function of the service not end?';

/** An optional peer, needed by those alone who keep their record in SQLite. */
function loadDriver(): typeof Database {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it for every store
    return require('libsql') as typeof Database;
  } catch (error) {
    throw new Error('sqliteStore needs the driver libsql: npm install libsql', { cause: error });
  }
}
