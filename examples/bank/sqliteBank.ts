/**
 * A bank on SQLite that takes part by *reservation*: prepare holds what may go out, commit moves it, rollback lets it go.
 * What may come in is not held, as nothing can stop it; so commit always can.
 */
import Database from 'libsql';
import {
  createParticipant,
  type ParticipantOptions,
  type Reservation,
  sqliteStore,
  yes,
} from '../../src/participant';
import { type Account, type Bank, type Opening } from './contract';
import { type Movement, movementOf, noSuchAccount, notEnough } from './movement';

const schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS accounts (
    account TEXT PRIMARY KEY, balance INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    CHECK (held >= 0 AND balance >= held))`;

const reservation: Reservation<Database.Database> = {
  prepare(db, { payload }) {
    const movement = movementOf(payload);
    if ('vote' in movement) return movement;
    const { account } = movement;
    const known = db.prepare('SELECT 1 FROM accounts WHERE account = ?').get(account) !== undefined;
    if (!known) return noSuchAccount(account);
    const out = goingOut(movement);
    const hold = db.prepare('UPDATE accounts SET held = held + ? WHERE account = ? AND balance - held >= ?');
    return hold.run(out, account, out).changes === 1 ? yes : notEnough;
  },
  commit(db, { payload }) {
    const movement = payload as Movement; // as it was checked in prepare
    const move = db.prepare('UPDATE accounts SET balance = balance + ?, held = held - ? WHERE account = ?');
    move.run(movement.amount, goingOut(movement), movement.account);
  },
  rollback(db, { payload }) {
    const movement = payload as Movement;
    db.prepare('UPDATE accounts SET held = held - ? WHERE account = ?').run(
      goingOut(movement),
      movement.account,
    );
  },
};

function goingOut({ amount }: Movement): number {
  return Math.max(0, -amount);
}

export async function sqliteBank(file: string, opening: Opening, options: ParticipantOptions): Promise<Bank> {
  const db = new Database(file, { timeout: 5_000 }); // the bank's own connection, for its own pages
  db.exec(schema);
  const open = db.prepare('INSERT INTO accounts (account, balance) VALUES (?, ?) ON CONFLICT DO NOTHING');
  for (const [account, balance] of Object.entries(opening)) open.run(account, balance);
  return {
    participant: await createParticipant({ ...options, store: sqliteStore(file), reservation }),
    accounts: () => Promise.resolve(readAccounts(db)),
    close: () => Promise.resolve(void db.close()),
  };
}

function readAccounts(db: Database.Database): Account[] {
  return db.prepare('SELECT account, balance FROM accounts ORDER BY account').all() as Account[];
}
