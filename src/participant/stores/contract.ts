/** Owns what a database has to offer to hold the kit's record: local transactions, and for XA also branches. */
import { type BranchKey, type Vote } from '../contract';

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** The kit's own statements inside one transaction. Placeholders are `?` whatever the database. */
export interface Session {
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** Where the databases differ. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql';
  /** Ends a SELECT whose rows nobody else may change until the transaction ends. */
  readonly forUpdate: string;
  /** Ends an INSERT that changes nothing where the key exists; `$key` in it stands for a column of that key. */
  readonly orIgnore: string;
  /** Column types: a key, a resource, a long text, milliseconds. */
  readonly types: {
    readonly key: string;
    readonly resource: string;
    readonly text: string;
    readonly integer: string;
  };
}

/** @param keyColumn of the table that is inserted into. */
export function orIgnore(dialect: Dialect, keyColumn: string): string {
  return dialect.orIgnore.replaceAll('$key', keyColumn);
}

export interface Store<Tx> {
  readonly dialect: Dialect;
  /** How many transactions can be open at once; half are kept for commit and rollback. Absent: one at a time. */
  readonly connections?: number;
  /**
   * One local transaction: durable once this resolves, undone where `work` throws. Begun again where the database chose
   * it as the victim of a deadlock. Throws `StoreUnavailable` where the database cannot be used at the moment.
   */
  transaction<T>(work: (session: Session, tx: Tx) => Promise<T>): Promise<T>;
  /** `work` in a transaction, by one process at a time: creates and upgrades the schema. */
  migrate(work: (session: Session) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** A store whose database can keep a transaction prepared (PostgreSQL `PREPARE TRANSACTION`, MySQL `XA PREPARE`). */
export interface XaStore<Tx> extends Store<Tx> {
  readonly branches: Branches<Tx>;
}

export interface Branches<Tx> {
  /** Why XA cannot work on this database, with what to set; undefined where it can. */
  obstacle(): Promise<string | undefined>;
  /**
   * Runs `work` in a branch of its own. After a yes it is prepared, durably, once this resolves, and any connection can
   * end it by name; after a no or an error nothing is left of it.
   */
  prepare(key: BranchKey, work: (session: Session, tx: Tx) => Promise<Vote>): Promise<Vote>;
  /** `absent`: no such branch is prepared. */
  commit(key: BranchKey): Promise<'done' | 'absent'>;
  rollback(key: BranchKey): Promise<'done' | 'absent'>;
  /** Of one that is listed: ends the session that prepared it, where that one could still keep others from ending it. */
  free(key: BranchKey): Promise<void>;
  /** The kit's branches that are prepared in this database, but for those that bear another ledger's name. */
  list(): Promise<readonly ListedBranch[]>;
}

export interface ListedBranch extends BranchKey {
  /** Its name says that it is of this ledger. An older kit's names said nothing. */
  readonly namesLedger: boolean;
}

/** The database cannot be used at the moment: the call is answered 503, and the coordinator tries again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
