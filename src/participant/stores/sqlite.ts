/**
 * Owns SQLite as a store: one file, one connection, one transaction at a time. WAL with `synchronous = FULL`, so that a vote
 * is on disk before its answer leaves, whatever fails, power included.
 */
import Database from 'libsql';
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
  const db = new Database(file, { timeout: lockTimeoutMs });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const session = sessionOf(db);
  const alone = oneAtATime();

  const transaction = async <T>(
    work: (session: Session, tx: Database.Database) => Promise<T>,
  ): Promise<T> => {
    begin(db);
    try {
      const result = await work(session, db);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    dialect,
    transaction: work => alone(() => transaction(work)),
    migrate: work => alone(() => transaction(work)),
    close: () => alone(() => Promise.resolve(db.close()).then(() => undefined)),
  };
}

function begin(db: Database.Database): void {
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw new StoreUnavailable('the SQLite file is locked by another writer, or cannot be written', {
      cause: error,
    });
  }
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

/** Each begins when the one before it has ended, however it ended. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}
