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
import { mysqlStore, postgresStore, sqliteStore, yes } from '../../src/participant';
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

export async function postgresStage(): Promise<Stage> {
  const server = await startPostgres();
  const pool = new pg.Pool(server.connection);
  await pool.query(`${table}; ${fill}`);
  const run = async (on: pg.Pool | pg.PoolClient, sql: string, id: number): Promise<void> => {
    await on.query(sql.replace('?', '$1'), [id]);
  };
  const reservation = await kitUnderTest({
    store: await postgresStore(server.connection),
    reservation: {
      prepare: async (tx, { payload }) => {
        await run(tx, hold, payload as number);
        return yes;
      },
      commit: (tx, { payload }) => run(tx, move, payload as number),
      rollback: () => undefined,
    },
  });
  const xa = await kitUnderTest({
    store: await postgresStore(server.connection),
    xa: {
      prepare: async (tx, { payload }) => {
        await run(tx, take, payload as number);
        return yes;
      },
    },
  });
  let branches = 0;
  const prepareByHand = async (account: number): Promise<void> => {
    const client = await pool.connect();
    const gid = `bench/${(branches += 1)}`;
    await client.query('BEGIN');
    await run(client, take, account);
    await client.query(`PREPARE TRANSACTION '${gid}'`);
    await client.query(`COMMIT PREPARED '${gid}'`);
    client.release();
  };
  const localByHand = async (account: number): Promise<void> => {
    await run(pool, hold, account);
    await run(pool, move, account);
  };
  return {
    subjects: [
      { name: 'PostgreSQL, reservation', byHand: localByHand, kit: reservation },
      { name: 'PostgreSQL, XA', byHand: prepareByHand, kit: xa },
    ],
    close: async () => {
      await Promise.all([reservation.close(), xa.close(), pool.end()]);
      await server.dispose();
    },
  };
}

/** In a database of its own on the server that `url` names. */
export async function mysqlStage(url: string): Promise<Stage> {
  const name = `dtc_bench_${process.pid}`;
  const admin = await mysql.createConnection(url);
  await admin.query(`CREATE DATABASE ${name}`);
  const uri = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const pool = mysql.createPool({ uri, connectionLimit: 10 });
  await pool.query(table);
  await pool.query(fill);
  const run = async (on: mysql.Connection | mysql.Pool, sql: string, id: number): Promise<void> => {
    await on.execute(sql, [id]);
  };
  const reservation = await kitUnderTest({
    store: await mysqlStore(uri),
    reservation: {
      prepare: async (tx, { payload }) => {
        await run(tx, hold, payload as number);
        return yes;
      },
      commit: (tx, { payload }) => run(tx, move, payload as number),
      rollback: () => undefined,
    },
  });
  const xa = await kitUnderTest({
    store: await mysqlStore(uri),
    xa: {
      prepare: async (tx, { payload }) => {
        await run(tx, take, payload as number);
        return yes;
      },
    },
  });
  let branches = 0;
  /** On one connection, which is the most that a service without the kit could get away with. */
  const prepareByHand = async (account: number): Promise<void> => {
    const connection = await pool.getConnection();
    const xid = `'bench${(branches += 1)}'`;
    await connection.query(`XA START ${xid}`);
    await run(connection, take, account);
    for (const verb of ['END', 'PREPARE', 'COMMIT']) await connection.query(`XA ${verb} ${xid}`);
    connection.release();
  };
  const localByHand = async (account: number): Promise<void> => {
    await run(pool, hold, account);
    await run(pool, move, account);
  };
  return {
    subjects: [
      { name: 'MySQL, reservation', byHand: localByHand, kit: reservation },
      { name: 'MySQL, XA', byHand: prepareByHand, kit: xa },
    ],
    close: async () => {
      await Promise.all([reservation.close(), xa.close(), pool.end()]);
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
