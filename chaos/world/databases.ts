/** Owns the databases of a run: how each is made, reached (through a link of its own where it is a server), and read at the end. */
import { join } from 'node:path';
import Database from 'libsql';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { startPostgres } from '../../examples/bank/postgresServer';
import { type Books, type Row } from '../evidence';
import { schema, sqliteSchema } from '../participant/ledgers';
import { type ManagedProcess } from './process';
import { signalAll } from './processTree';
import { type Link, startLink } from './proxy';

export interface LedgerDatabase {
  /** For the participant's program. */
  readonly store: string;
  readonly link?: Link;
  /** SIGKILL and a new start on the same data, where the harness has started it. */
  readonly kill?: () => Promise<void>;
  readonly restart?: () => Promise<void>;
  /** SIGSTOP of all its processes, and SIGCONT. */
  readonly freeze?: () => void;
  readonly thaw?: () => void;
  books(participant: string): Promise<Books>;
  close(): Promise<void>;
}

export async function postgresDatabase(): Promise<LedgerDatabase> {
  const server = await startPostgres();
  const { user, password, host, port, database } = server.connection;
  const urlAt = (at: number): string => `postgres://${user}:${password}@${host}:${at}/${database}`;
  const link = await startLink({ port });
  await withPg(urlAt(port), async client => {
    for (const statement of schema) await client.query(statement);
  });
  return {
    store: urlAt(link.port),
    link,
    kill: () => server.kill(),
    restart: () => server.start(),
    freeze: () => {
      signalAll(server.pid, 'SIGSTOP');
    },
    thaw: () => {
      signalAll(server.pid, 'SIGCONT');
    },
    books: participant => withPg(urlAt(port), client => postgresBooks(client, participant)),
    close: async () => {
      await link.close();
      signalAll(server.pid, 'SIGCONT'); // where the run was interrupted
      await server.dispose();
    },
  };
}

async function withPg<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function postgresBooks(client: pg.Client, participant: string): Promise<Books> {
  const { rows: sums } = await client.query<{ sum: string }>(sumOf);
  const { rows } = await client.query<EntryRow>(rowsOf);
  const { rows: prepared } = await client.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts');
  return {
    participant,
    counter: Number(sums[0]?.sum),
    rows: rows.map(toRow),
    prepared: prepared.map(({ gid }) => gid.split('/').at(-2) ?? gid), // dtc/<ledger>/<transaction>/<participant>
  };
}

const sumOf = 'SELECT SUM(value) AS sum FROM counters';
const rowsOf = 'SELECT ordered, id, amount FROM entries';

interface EntryRow {
  readonly ordered: string;
  readonly id: string;
  readonly amount: number;
}

const toRow = ({ ordered, id, amount }: EntryRow): Row => ({ order: ordered, id, amount });

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** A database of its own on the server that `url` names. @param server its process, where that is the run's own */
export async function mysqlDatabase(url: string, server?: ManagedProcess): Promise<LedgerDatabase> {
  const name = `dtc_chaos_${process.pid}`;
  const at = new URL(url);
  if (!loopback.has(at.hostname))
    throw new Error(
      `MYSQL_URL names ${at.hostname}: chaos makes a database there, so it has to be this machine (127.0.0.1)`,
    );
  const link = await startLink({ port: Number(at.port === '' ? 3306 : at.port) });
  const direct = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const linked = Object.assign(new URL(direct), { hostname: '127.0.0.1', port: String(link.port) }).href;
  await withMysql(url, connection => connection.query(`CREATE DATABASE ${name}`));
  await withMysql(direct, async connection => {
    for (const statement of schema) await connection.query(statement);
  });
  return {
    store: linked,
    link,
    ...(server === undefined ? {} : inHand(server)),
    books: participant => withMysql(direct, connection => mysqlBooks(connection, participant)),
    close: async () => {
      await link.close();
      if (server === undefined) await withMysql(url, connection => connection.query(`DROP DATABASE ${name}`));
    },
  };
}

function inHand(server: ManagedProcess): Partial<LedgerDatabase> {
  return {
    kill: () => server.kill(),
    restart: () => server.start(),
    freeze: () => {
      server.freeze();
    },
    thaw: () => {
      server.thaw();
    },
  };
}

async function withMysql<T>(url: string, work: (connection: mysql.Connection) => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection(url);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

interface Branch {
  /** Transaction and participant, one after the other. */
  readonly data: Buffer;
  readonly gtrid_length: number;
}

async function mysqlBooks(connection: mysql.Connection, participant: string): Promise<Books> {
  const [sums] = await connection.query(sumOf);
  const [rows] = await connection.query(rowsOf);
  const [prepared] = await connection.query('XA RECOVER');
  return {
    participant,
    counter: Number((sums as { sum: string }[])[0]?.sum),
    rows: (rows as EntryRow[]).map(toRow),
    prepared: (prepared as Branch[]).map(({ data, gtrid_length }) => data.toString('utf8', 0, gtrid_length)),
  };
}

export function sqliteDatabase(folder: string): LedgerDatabase {
  const store = join(folder, 'ledger.db');
  withSqlite(store, db => {
    for (const statement of sqliteSchema) db.exec(statement);
  });
  return {
    store,
    books: participant => Promise.resolve(withSqlite(store, db => sqliteBooks(db, participant))),
    close: () => Promise.resolve(),
  };
}

export function withSqlite<T>(file: string, work: (db: Database.Database) => T): T {
  const db = new Database(file, { timeout: 5_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function sqliteBooks(db: Database.Database, participant: string): Books {
  const { sum } = db.prepare(sumOf).get() as { sum: number };
  const reserved = db.prepare('SELECT id FROM reserved').all() as { id: string }[];
  return {
    participant,
    counter: sum,
    rows: (db.prepare(rowsOf).all() as EntryRow[]).map(toRow),
    prepared: reserved.map(({ id }) => id),
  };
}
