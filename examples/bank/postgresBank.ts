/**
 * A bank on PostgreSQL that takes part by *XA*: prepare is ordinary SQL, as if there were no other bank. The kit ends it
 * with PREPARE TRANSACTION; the account's row stays locked until the decision comes.
 */
import pg from 'pg';
import {
  createParticipant,
  type ParticipantOptions,
  postgresStore,
  type XaWork,
  yes,
} from '../../src/participant';
import { type Account, type Bank, type Opening } from './contract';
import { movementOf, noSuchAccount, notEnough } from './movement';

const schema = `CREATE TABLE IF NOT EXISTS accounts (
  account text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))`;

const xa: XaWork<pg.PoolClient> = {
  async prepare(db, { payload }) {
    const movement = movementOf(payload);
    if ('vote' in movement) return movement;
    const { account, amount } = movement;
    const moved = await db.query(
      'UPDATE accounts SET balance = balance + $2 WHERE account = $1 AND balance + $2 >= 0',
      [account, amount],
    );
    if (moved.rowCount === 1) return yes;
    const known = await db.query('SELECT 1 FROM accounts WHERE account = $1', [account]);
    return known.rowCount === 1 ? notEnough : noSuchAccount(account);
  },
};

export async function postgresBank(
  url: string,
  opening: Opening,
  options: ParticipantOptions,
): Promise<Bank> {
  const pool = new pg.Pool({ connectionString: url, max: 2 }); // the bank's own connections, for its own pages
  pool.on('error', error => options.log?.warn({ err: error }, 'lost an idle connection'));
  await pool.query(schema);
  for (const [account, balance] of Object.entries(opening)) await pool.query(open, [account, balance]);
  return {
    participant: await createParticipant({
      ...options,
      store: await postgresStore({ connectionString: url }),
      xa,
    }),
    accounts: async () => (await pool.query<{ account: string; balance: string }>(read)).rows.map(toAccount),
    close: () => pool.end(),
  };
}

/** Not ON CONFLICT DO NOTHING, which waits for whoever changes the row: after a crash, for a prepared transaction. */
const open = `INSERT INTO accounts SELECT $1::text, $2::bigint
  WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE account = $1)`;
const read = 'SELECT account, balance FROM accounts ORDER BY account';

function toAccount({ account, balance }: { readonly account: string; readonly balance: string }): Account {
  return { account, balance: Number(balance) };
}
