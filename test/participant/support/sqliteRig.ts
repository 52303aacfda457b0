/** Owns the account service over a SQLite file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import {
  createParticipant,
  no,
  type Participant,
  type Reservation,
  sqliteStore,
  yes,
} from '../../../src/participant';
import { quiet } from './quiet';
import { amountOf, opening, type Rig } from './rig';

export async function sqliteRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'dtc-kit-'));
  const file = join(folder, 'account.db');
  const outside = new Database(file);
  outside.exec(`CREATE TABLE account (balance INTEGER NOT NULL, held INTEGER NOT NULL);
    INSERT INTO account VALUES (${opening}, 0)`);
  let life: Participant | undefined;
  let prepares = 0;
  let failing = false;

  const reservation: Reservation<Database.Database> = {
    prepare(db, { payload }) {
      prepares += 1;
      const amount = amountOf(payload);
      const taken = db
        .prepare('UPDATE account SET held = held + ? WHERE balance - held >= ?')
        .run(amount, amount);
      if (failing) {
        failing = false;
        throw new Error('the service failed');
      }
      return taken.changes === 1 ? yes : no('not enough money');
    },
    commit(db, { payload }) {
      const amount = amountOf(payload);
      db.prepare('UPDATE account SET held = held - ?, balance = balance - ?').run(amount, amount);
    },
    rollback(db, { payload }) {
      db.prepare('UPDATE account SET held = held - ?').run(amountOf(payload));
    },
  };

  const count = (sql: string): number => Object.values(outside.prepare(sql).get() as object)[0] as number;
  return {
    open: async options => {
      await life?.close();
      life = await createParticipant({ log: quiet, ...options, store: sqliteStore(file), reservation });
      return life;
    },
    available: () => Promise.resolve(count('SELECT balance - held FROM account')),
    prepares: () => prepares,
    failNextPrepare: () => (failing = true),
    rows: table => Promise.resolve(count(`SELECT count(*) FROM ${table}`)),
    dispose: async () => {
      await life?.close();
      outside.close();
      await rm(folder, { recursive: true });
    },
  };
}
