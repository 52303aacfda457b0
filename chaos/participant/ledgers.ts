/**
 * Owns what a participant of a run does for its money: prepare adds to a counter and inserts a row with the order's name. Neither is kept from
 * happening twice by a key or a constraint, so that whatever happens twice, by halves or not at all shows in the books.
 */
import type Database from 'libsql';
import type mysql from 'mysql2/promise';
import type pg from 'pg';
import { z } from 'zod';
import {
  createParticipant,
  mysqlStore,
  no,
  type Participant,
  type ParticipantOptions,
  postgresStore,
  type Reservation,
  sqliteStore,
  type Vote,
  type XaWork,
  yes,
} from '../../src/participant';

/** Several, so that a transaction in doubt does not hold up all others. */
export const counters = 32;

const shape = z.object({
  order: z.string(),
  amount: z.int(),
  counter: z.int(),
  refuse: z.boolean().optional(),
});
type Work = z.infer<typeof shape>;

const refused: Vote = no('the order says so');

const pgXa: XaWork<pg.PoolClient> = {
  async prepare(db, { payload, transactionId }) {
    const { order, amount, counter, refuse } = shape.parse(payload);
    if (refuse === true) return refused;
    await db.query('UPDATE counters SET value = value + $1 WHERE k = $2', [amount, counter]);
    await db.query('INSERT INTO entries VALUES ($1, $2, $3)', [order, transactionId, amount]);
    return yes;
  },
};

const mysqlXa: XaWork<mysql.Connection> = {
  async prepare(db, { payload, transactionId }) {
    const { order, amount, counter, refuse } = shape.parse(payload);
    if (refuse === true) return refused;
    await db.execute('UPDATE counters SET value = value + ? WHERE k = ?', [amount, counter]);
    await db.execute('INSERT INTO entries VALUES (?, ?, ?)', [order, transactionId, amount]);
    return yes;
  },
};

const reservation: Reservation<Database.Database> = {
  prepare(db, { payload, transactionId }) {
    const { order, amount, counter, refuse } = shape.parse(payload);
    if (refuse === true) return refused;
    db.prepare('INSERT INTO reserved VALUES (?, ?, ?, ?)').run(order, transactionId, amount, counter);
    return yes;
  },
  commit(db, { payload, transactionId }) {
    const { order, amount, counter } = payload as Work; // as it was read in prepare
    db.prepare('UPDATE counters SET value = value + ? WHERE k = ?').run(amount, counter);
    db.prepare('INSERT INTO entries VALUES (?, ?, ?)').run(order, transactionId, amount);
    db.prepare('DELETE FROM reserved WHERE id = ?').run(transactionId);
  },
  rollback(db, { transactionId }) {
    db.prepare('DELETE FROM reserved WHERE id = ?').run(transactionId);
  },
};

/** @param store a `postgres://` or `mysql://` URL, or a file for SQLite; its tables are there already. */
export async function openLedger(store: string, options: ParticipantOptions): Promise<Participant> {
  if (store.startsWith('postgres:'))
    return createParticipant({
      ...options,
      store: await postgresStore({ connectionString: store }),
      xa: pgXa,
    });
  if (store.startsWith('mysql:'))
    return createParticipant({ ...options, store: await mysqlStore(store), xa: mysqlXa });
  return createParticipant({ ...options, store: sqliteStore(store), reservation });
}

const entries = 'CREATE TABLE entries (ordered VARCHAR(64), id VARCHAR(64), amount INTEGER)';
const table = 'CREATE TABLE counters (k INTEGER PRIMARY KEY, value INTEGER NOT NULL)';
const fill = `INSERT INTO counters VALUES ${Array.from({ length: counters }, (_, k) => `(${k}, 0)`).join()}`;
/** For a database without tables. */
export const schema: readonly string[] = [entries, table, fill];
export const sqliteSchema: readonly string[] = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'CREATE TABLE reserved (ordered VARCHAR(64), id VARCHAR(64), amount INTEGER, counter INTEGER)',
  ...schema,
];
