/**
 * Owns what a participant of the tests knows and answers: PROTOCOL §2 in one table of records, each quirk beside the line that it
 * bends. The records are in SQLite, so that a process that ends keeps them.
 */
import Database from 'libsql';
import { type Quirk } from './quirks';

export interface ReceivedCall {
  readonly transactionId: string;
  readonly participant: string;
  readonly phase: 'prepare' | 'commit' | 'rollback';
  readonly decideBy?: string;
  readonly payload?: { readonly amount: number };
}

export type State = 'prepared' | 'committed' | 'rolledback' | 'refused';
interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly payload: string;
  readonly at: string;
}

/** More than this it never gives. */
const mostAmount = 100;

const schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS records (id TEXT, name TEXT, state TEXT, payload TEXT, at TEXT, PRIMARY KEY (id, name))`;

export class Ledger {
  readonly #db: Database.Database;
  readonly #is: (quirk: Quirk) => boolean;

  constructor(file: string, is: (quirk: Quirk) => boolean) {
    this.#db = new Database(file);
    this.#db.exec(schema);
    this.#is = is;
  }

  /** @returns the status of the answer. */
  answer(call: ReceivedCall): number {
    return { prepare: this.#prepare, commit: this.#commit, rollback: this.#rollback }[call.phase](call);
  }

  #prepare = (call: ReceivedCall): number => {
    const held = this.#find(call);
    const anew = held?.state === 'committed' && this.#is('preparesCommittedAnew');
    if (held !== undefined && !anew) return this.#prepareAgain(call, held);
    if (Date.parse(call.decideBy ?? '') < Date.now() && !this.#is('takesOverdue')) {
      if (this.#is('refusesOverdueAndHolds')) this.#remember(call, 'prepared');
      return 409;
    }
    if (this.#is('oneAtATime') && this.count('prepared') > 0) return 409;
    const tooMuch = (call.payload?.amount ?? 0) > mostAmount && !this.#is('takesAnyPayload');
    this.#remember(call, tooMuch ? 'refused' : 'prepared');
    return tooMuch ? this.#no() : 200;
  };

  #prepareAgain(call: ReceivedCall, { state, payload }: Row): number {
    if (payload !== payloadOf(call) && !this.#is('takesOtherPayload')) return 409;
    if (this.#is('refusesPrepareRepeat') || state === 'rolledback') return 409;
    if (state !== 'refused') return 200;
    if (this.#is('changesItsNo')) this.#remember(call, 'prepared');
    return this.#is('changesItsNo') ? 200 : this.#no();
  }

  #no(): number {
    return this.#is('refusesWith400') ? 400 : 409;
  }

  #commit = (call: ReceivedCall): number => {
    const state = this.#find(call)?.state;
    if (state === undefined && this.#is('commitsUnknown')) return 200;
    const revives = state === 'rolledback' && this.#is('commitsRolledBack');
    if (state !== 'prepared' && state !== 'committed' && !revives) return 409;
    this.#remember(call, 'committed');
    if (this.#is('commitsAllPrepared'))
      this.#db.exec(`UPDATE records SET state = 'committed' WHERE state = 'prepared'`);
    if (this.#is('forgetsCommits')) this.forget('committed');
    return this.#done();
  };

  #rollback = (call: ReceivedCall): number => {
    const state = this.#find(call)?.state;
    if (state === 'committed' && !this.#is('rollsBackCommitted'))
      return this.#is('refusesRollbackWith404') ? 404 : 409;
    if (state === 'refused' && this.#is('failsToRollBackRefused')) return 500;
    if (state === 'rolledback' && this.#is('refusesRollbackRepeat')) return 409;
    if (state === undefined && this.#is('refusesUnknownRollback')) return 409;
    if (state === undefined && this.#is('forgetsRollbacks')) return 404;
    if (!(state === 'prepared' && this.#is('rollbackDoesNothing'))) this.#remember(call, 'rolledback');
    if (this.#is('forgetsRollbacks')) this.forget('rolledback');
    return this.#done();
  };

  #done(): number {
    return this.#is('answers204') ? 204 : 200;
  }

  count(state: State): number {
    return this.#all().filter(each => each.state === state).length;
  }

  /** A page of the list of what is prepared. */
  page(limit: number, cursor: string): object {
    const rows = this.#listed().filter(row => keyOf(row) > cursor);
    const last = rows[limit - 1];
    const more = last !== undefined && rows.length > limit && !this.#is('listsOnePage');
    const prepared = rows.slice(0, limit).map(({ id, name, at }) => ({
      transactionId: id,
      participant: name,
      ...(this.#is('listsNoTimes') ? {} : { preparedAt: at }),
    }));
    return { prepared, ...(more ? { next: keyOf(last) } : {}) };
  }

  #listed(): Row[] {
    if (this.#is('listsNothing')) return [];
    const states = this.#is('listsForEver') ? ['prepared', 'committed'] : ['prepared'];
    return this.#all().filter(({ state }) => states.includes(state));
  }

  forget(state: State): void {
    this.#db.prepare('DELETE FROM records WHERE state = ?').run(state);
  }

  close(): void {
    this.#db.close();
  }

  #all(): Row[] {
    return this.#db.prepare(`SELECT * FROM records ORDER BY id || '/' || name`).all() as Row[];
  }

  #find(call: ReceivedCall): Row | undefined {
    const find = this.#db.prepare('SELECT * FROM records WHERE id = ? AND name = ?');
    return find.get(call.transactionId, this.#nameOf(call)) as Row | undefined;
  }

  #remember(call: ReceivedCall, state: State): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)')
      .run(call.transactionId, this.#nameOf(call), state, payloadOf(call), new Date().toISOString());
  }

  #nameOf({ participant }: ReceivedCall): string {
    return this.#is('ignoresName') ? 'anybody' : participant;
  }
}

function keyOf({ id, name }: Row): string {
  return `${id}/${name}`;
}

function payloadOf({ payload }: ReceivedCall): string {
  return JSON.stringify(payload ?? null);
}
