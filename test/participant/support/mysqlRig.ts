/**
 * Owns the account service over MySQL or MariaDB, a new database each. The account is a hundred coins, a row each: a
 * prepared transaction holds its own coins only, and others can take the rest.
 */
import { randomBytes } from 'node:crypto';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import {
  createParticipant,
  mysqlStore,
  no,
  type Participant,
  type Reservation,
  type Vote,
  type XaStore,
  type XaWork,
  yes,
} from '../../../src/participant';
import { type ParticipantWork } from '../../../src/participant/participant';
import { quiet } from './quiet';
import { amountOf, opening, type Rig } from './rig';

const mysqlUrl = process.env['MYSQL_URL'];
const how = mysqlUrl === undefined ? ' (skipped: MYSQL_URL names no server, see .ci/mariadb)' : '';

/** Tests that need a server whose user may create databases; without one they are reported as skipped. */
export function whereMysqlRuns(name: string, tests: () => void): void {
  (mysqlUrl === undefined ? describe.skip : describe)(name + how, tests);
}

/** Where it does not matter what the service does before and after it takes the coins. */
export const plainly: Taking = { begin: () => undefined, end: () => undefined };

export interface Database {
  /** Names the database. */
  readonly url: string;
  readonly name: string;
  /** A connection that no store knows of. */
  readonly outside: Connection;
  /** Makes `outside` anew, after the server was away. */
  reconnect(): Promise<void>;
  dispose(): Promise<void>;
}

export async function newDatabase(): Promise<Database> {
  const name = `dtc_${randomBytes(6).toString('hex')}`;
  const at = new URL(mysqlUrl ?? '');
  const server = await createConnection(at.href);
  await server.query(`CREATE DATABASE ${name}`);
  await server.end();
  at.pathname = name;
  let outside = await createConnection(at.href);
  return {
    url: at.href,
    name,
    get outside() {
      return outside;
    },
    reconnect: async () => {
      outside = await createConnection(at.href);
    },
    dispose: async () => {
      await endBranches(at.href);
      await outside.query(`DROP DATABASE ${name}`);
      await outside.end();
    },
  };
}

/** What is prepared keeps the tables it touched from being dropped. */
async function endBranches(url: string): Promise<void> {
  const store = await mysqlStore(url);
  for (const key of await store.branches.list()) await store.branches.rollback(key);
  await store.close();
}

export interface MysqlRig extends Rig {
  readonly database: Database;
}

const storeFor = (database: Database): Promise<XaStore<Connection>> =>
  mysqlStore({ uri: database.url, lockTimeoutMs: 3_000 });

export async function reservationRig(): Promise<MysqlRig> {
  return rigOver((store, taking) => ({ store, reservation: reservationOver(taking) }));
}

export async function xaRig(): Promise<MysqlRig> {
  return rigOver((store, taking) => ({ store, xa: xaOver(taking) }));
}

/** Runs before and after the service's own prepare. */
export interface Taking {
  readonly begin: () => void;
  readonly end: () => void;
}

/** Whose coin it is while it is reserved: the transaction and the participant. */
export function reservationOver({ begin, end }: Taking): Reservation<Connection> {
  const holder = ({ transactionId, participant }: { transactionId: string; participant: string }): string =>
    `${transactionId}/${participant}`;
  return {
    async prepare(connection, call) {
      begin();
      const coins = await freeCoins(connection, amountOf(call.payload));
      if (coins !== undefined)
        await connection.query('UPDATE coin SET holder = ? WHERE id IN (?)', [holder(call), coins]);
      end();
      return voteOn(coins);
    },
    async commit(connection, call) {
      await connection.query('DELETE FROM coin WHERE holder = ?', [holder(call)]);
    },
    async rollback(connection, call) {
      await connection.query('UPDATE coin SET holder = NULL WHERE holder = ?', [holder(call)]);
    },
  };
}

export function xaOver({ begin, end }: Taking): XaWork<Connection> {
  return {
    async prepare(connection, { payload }) {
      begin();
      const coins = await freeCoins(connection, amountOf(payload));
      if (coins !== undefined) await connection.query('DELETE FROM coin WHERE id IN (?)', [coins]);
      end();
      return voteOn(coins);
    },
  };
}

function voteOn(coins: readonly number[] | undefined): Vote {
  return coins === undefined ? no('not enough money') : yes;
}

/** So many that nobody else holds, or undefined. */
async function freeCoins(connection: Connection, amount: number): Promise<number[] | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id FROM coin WHERE holder IS NULL ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED',
    [amount],
  );
  return rows.length < amount ? undefined : rows.map(row => Number(row['id']));
}

export async function mintCoins({ outside }: Database): Promise<void> {
  await outside.query(
    'CREATE TABLE coin (id INT PRIMARY KEY, holder VARCHAR(200), INDEX (holder)) ENGINE = InnoDB',
  );
  const ids = Array.from({ length: opening }, (_, id) => [id, null]);
  await outside.query('INSERT INTO coin VALUES ?', [ids]);
}

export async function count({ outside }: Database, from: string): Promise<number> {
  const [rows] = await outside.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${from}`);
  return Number(rows[0]?.['n']);
}

type Way = (store: XaStore<Connection>, taking: Taking) => ParticipantWork<Connection>;

async function rigOver(way: Way): Promise<MysqlRig> {
  const database = await newDatabase();
  await mintCoins(database);
  let life: Participant | undefined;
  let prepares = 0;
  let failing = false;
  const taking = {
    begin: () => {
      prepares += 1;
    },
    end: () => {
      if (!failing) return;
      failing = false;
      throw new Error('the service failed');
    },
  };
  return {
    database,
    open: async options => {
      await life?.close();
      const parts = way(await storeFor(database), taking);
      life = await createParticipant({ log: quiet, ...options, ...parts });
      return life;
    },
    available: () => count(database, 'coin WHERE holder IS NULL'),
    prepares: () => prepares,
    failNextPrepare: () => (failing = true),
    rows: table => count(database, table),
    dispose: async () => {
      await life?.close();
      await database.dispose();
    },
  };
}
