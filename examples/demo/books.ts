/** Owns reading the banks' databases from outside, past their processes, as an auditor would. */
import Database from 'libsql';
import type pg from 'pg';
import { type Account } from '../bank/contract';

export interface Books {
  readonly accounts: readonly Account[];
  /** The kit's own records. */
  readonly votes: readonly VoteRow[];
  /** What is kept for something prepared: branches that PostgreSQL knows of, or money that an account may not spend. */
  readonly held: readonly string[];
}

export interface VoteRow {
  readonly transactionId: string;
  /** `prepared`, `committed`, `rolledback`, `refused`; `preparing` while it is asked. */
  readonly state: string;
}

const accounts = 'SELECT account, balance FROM accounts ORDER BY account';
const votes = 'SELECT transaction_id AS "transactionId", state FROM dtc_votes ORDER BY created_at';

export async function readPostgres(pool: pg.Pool): Promise<Books> {
  const found = await pool.query<{ account: string; balance: string }>(accounts);
  const prepared = await pool.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts ORDER BY gid');
  return {
    accounts: found.rows.map(({ account, balance }) => ({ account, balance: Number(balance) })),
    votes: (await pool.query<VoteRow>(votes)).rows,
    held: prepared.rows.map(({ gid }) => gid),
  };
}

export function readSqlite(file: string): Books {
  const db = new Database(file, { fileMustExist: true });
  try {
    const held = db.prepare('SELECT account, held FROM accounts WHERE held <> 0').all() as Held[];
    return {
      accounts: db.prepare(accounts).all() as Account[],
      votes: db.prepare(votes).all() as VoteRow[],
      held: held.map(each => `${each.held} cents of ${each.account}`),
    };
  } finally {
    db.close();
  }
}

interface Held {
  readonly account: string;
  readonly held: number;
}
