/**
 * Owns the two banks of the drills as processes, north on PostgreSQL by XA and south on SQLite by reservation, and a look into
 * their databases from outside.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../examples/bank/postgresServer';
import { type BankProcess, createBankProcess } from './bankProcess';

export const perBank = 10;
export const openingBalance = 1_000;

export interface Banks {
  readonly banks: readonly BankProcess[];
  /** What each bank's own records say of a transaction: `prepared`, `committed`, …; `nothing` where it has none. */
  recorded(bank: string): Promise<ReadonlyMap<string, string>>;
  /** Prepared transactions that PostgreSQL itself knows of. */
  preparedInPostgres(): Promise<number>;
  /** Kills the banks, and ends what they ran on. */
  end(): Promise<void>;
}

/** @param coordinator its URL, where the banks ask about what is in doubt. */
export async function startBanks(coordinator: string): Promise<Banks> {
  const folder = await mkdtemp(join(tmpdir(), 'dtc-bank-'));
  const postgres = await startPostgres();
  const southFile = join(folder, 'south.db');
  const banks = await Promise.all([
    createBankProcess({ name: 'north', store: urlOf(postgres), coordinator, opening: opening('n') }),
    createBankProcess({ name: 'south', store: southFile, coordinator, opening: opening('s') }),
  ]);
  await Promise.all(banks.map(bank => bank.start()));
  const pool = new pg.Pool({ ...postgres.connection, max: 2 });
  pool.on('error', () => undefined); // a connection that is closing may still hear that the server stops; a query that fails says so itself
  return {
    banks,
    recorded: bank => (bank === 'north' ? recordedIn(pool) : Promise.resolve(recordedInFile(southFile))),
    preparedInPostgres: async () => (await pool.query('SELECT 1 FROM pg_prepared_xacts')).rows.length,
    end: async () => {
      await Promise.all(banks.map(bank => bank.kill()));
      await pool.end();
      await postgres.dispose();
      await rm(folder, { recursive: true });
    },
  };
}

/** By account, in cents. */
export function opening(letter: string): Record<string, number> {
  return Object.fromEntries(Array.from({ length: perBank }, (_, n) => [`${letter}${n}`, openingBalance]));
}

function urlOf({ connection: { user, password, host, port, database } }: PostgresServer): string {
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

const votes = 'SELECT transaction_id, state FROM dtc_votes';
type VoteRow = Readonly<Record<'transaction_id' | 'state', string>>;

async function recordedIn(pool: pg.Pool): Promise<ReadonlyMap<string, string>> {
  return byId((await pool.query<VoteRow>(votes)).rows);
}

function recordedInFile(file: string): ReadonlyMap<string, string> {
  const db = new Database(file);
  try {
    return byId(db.prepare(votes).all() as VoteRow[]);
  } finally {
    db.close();
  }
}

function byId(rows: readonly VoteRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map(row => [row.transaction_id, row.state]));
}
