/**
 * Owns what is compared: one prepare and one commit of the same SQL, by hand and through the kit, on each store and in each
 * way. By hand means what the service would have to do anyway: two local transactions, or one that is prepared and committed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { startPostgres } from '../../examples/bank/postgresServer';
import {
  type Call,
  mysqlStore,
  postgresStore,
  sqliteStore,
  type Vote,
  type XaStore,
  yes,
} from '../../src/participant';
import { type KitUnderTest, kitUnderTest } from './kit';

export interface Subject {
  readonly name: string;
  /** One prepare and one commit of an account of its own, without the kit. */
  byHand(account: number): Promise<void>;
  readonly kit: KitUnderTest;
}

export interface Stage {
  readonly subjects: readonly Subject[];
  close(): Promise<void>;
}

export const accounts = 1_000;
const hold = 'UPDATE accounts SET held = held + 1 WHERE id = ?';
const move = 'UPDATE accounts SET held = held - 1, balance = balance - 1 WHERE id = ?';
const take = 'UPDATE accounts SET balance = balance - 1 WHERE id = ?';
const table =
  'CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, held INTEGER NOT NULL)';
const rows = Array.from({ length: accounts }, (_, id) => `(${id}, 1000000, 0)`).join(', ');
const fill = `INSERT INTO accounts VALUES ${rows}`;

export async function sqliteStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'dtc-bench-'));
  const file = join(folder, 'bench.db');
  const db = new Database(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${table}; ${fill}`);
  const run = (on: Database.Database, sql: string, id: number): void => void on.prepare(sql).run(id);
  const local = (sql: string, id: number): void => {
    db.exec('BEGIN IMMEDIATE');
    run(db, sql, id);
    db.exec('COMMIT');
  };
  const kit = await kitUnderTest({
    store: sqliteStore(file),
    reservation: {
      prepare: (tx, { payload }) => {
        run(tx, hold, payload as number);
        return yes;
      },
      commit: (tx, { payload }) => {
        run(tx, move, payload as number);
      },
      rollback: () => undefined,
    },
  });
  const byHand = (account: number): Promise<void> => {
    local(hold, account);
    local(move, account);
    return Promise.resolve();
  };
  return {
    subjects: [{ name: 'SQLite, reservation', byHand, kit }],
    close: async () => {
      await kit.close();
      db.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A server with XA, as a service uses it. */
interface Server<Tx> {
  readonly name: string;
  readonly openStore: () => Promise<XaStore<Tx>>;
  /** One statement; without `tx` in a transaction of its own. */
  readonly run: (sql: string, account: number, tx?: Tx) => Promise<void>;
  /** `take`, prepared and committed under the name. */
  readonly xaByHand: (account: number, name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function stageOn<Tx>({ name, openStore, run, xaByHand, close }: Server<Tx>): Promise<Stage> {
  const preparing =
    (sql: string) =>
    async (tx: Tx, { payload }: Call): Promise<Vote> => {
      await run(sql, payload as number, tx);
      return yes;
    };
  const reservation = await kitUnderTest({
    store: await openStore(),
    reservation: {
      prepare: preparing(hold),
      commit: (tx, { payload }) => run(move, payload as number, tx),
      rollback: () => undefined,
    },
  });
  const xa = await kitUnderTest({ store: await openStore(), xa: { prepare: preparing(take) } });
  let branches = 0;
  const localByHand = async (account: number): Promise<void> => {
    await run(hold, account);
    await run(move, account);
  };
  return {
    subjects: [
      { name: `${name}, reservation`, byHand: localByHand, kit: reservation },
      { name: `${name}, XA`, byHand: account => xaByHand(account, `bench${(branches += 1)}`), kit: xa },
    ],
    close: async () => {
      await Promise.all([reservation.close(), xa.close()]);
      await close();
    },
  };
}

export async function postgresStage(): Promise<Stage> {
  const server = await startPostgres();
  const pool = new pg.Pool(server.connection);
  await pool.query(`${table}; ${fill}`);
  const run = async (sql: string, account: number, on: pg.Pool | pg.PoolClient = pool): Promise<void> => {
    await on.query(sql.replace('?', '$1'), [account]);
  };
  return stageOn<pg.PoolClient>({
    name: 'PostgreSQL',
    openStore: () => postgresStore(server.connection),
    run,
    xaByHand: async (account, gid) => {
      const client = await pool.connect();
      await client.query('BEGIN');
      await run(take, account, client);
      await client.query(`PREPARE TRANSACTION '${gid}'`);
      await client.query(`COMMIT PREPARED '${gid}'`);
      client.release();
    },
    close: async () => {
      await pool.end();
      await server.dispose();
    },
  });
}

/** In a database of its own on the server that `url` names. */
export async function mysqlStage(url: string): Promise<Stage> {
  const database = `dtc_bench_${process.pid}`;
  const admin = await mysql.createConnection(url);
  await admin.query(`CREATE DATABASE ${database}`);
  const uri = Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const pool = mysql.createPool({ uri, connectionLimit: 10 });
  await pool.query(table);
  await pool.query(fill);
  const run = async (
    sql: string,
    account: number,
    on: mysql.Connection | mysql.Pool = pool,
  ): Promise<void> => {
    await on.execute(sql, [account]);
  };
  return stageOn<mysql.Connection>({
    name: 'MySQL',
    openStore: () => mysqlStore(uri),
    run,
    // on one connection, which is the most that a service without the kit could get away with
    xaByHand: async (account, xid) => {
      const connection = await pool.getConnection();
      await connection.query(`XA START '${xid}'`);
      await run(take, account, connection);
      for (const verb of ['END', 'PREPARE', 'COMMIT']) await connection.query(`XA ${verb} '${xid}'`);
      connection.release();
    },
    close: async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  });
}
