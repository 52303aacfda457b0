/**
 * Owns the account service over a database of its own in PostgreSQL, in both ways to take part.
 *
 * In the XA way the money is a row for each coin, since what is prepared keeps its rows locked: with the account in one row
 * a second transaction would have to wait for the first one's decision.
 */
import pg from 'pg';
import { type PostgresServer } from '../../../examples/bank/postgresServer';
import {
  type Call,
  createParticipant,
  no,
  type Participant,
  type ParticipantOptions,
  type PostgresOptions,
  postgresStore,
  type Reservation,
  type Vote,
  type XaStore,
  yes,
} from '../../../src/participant';
import { quiet } from './quiet';
import { amountOf, opening, type Rig } from './rig';

export interface PostgresRig extends Rig {
  readonly connection: pg.ClientConfig;
  /** Another life beside those there are, as of another process. */
  openAnother(options?: ParticipantOptions): Promise<Participant>;
  /** A store of the rig's own, as the lives have. */
  store(): Promise<XaStore<pg.PoolClient>>;
  /** A statement from outside, on a connection of its own. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs inside the service's prepare, after its work. */
  duringPrepare(work: (client: pg.PoolClient, call: Call) => Promise<void>): void;
}

export type Way = 'reservation' | 'xa';

let made = 0;

export async function postgresRig(
  server: PostgresServer,
  way: Way,
  options: PostgresOptions = {},
): Promise<PostgresRig> {
  const database = `account_${(made += 1)}`;
  await statement({ ...server.connection }, `CREATE DATABASE ${database}`);
  const connection = { ...server.connection, database };
  const sql: PostgresRig['sql'] = text => statement(connection, text);
  await sql(tables[way]);

  const lives: Participant[] = [];
  let prepares = 0;
  let during: (client: pg.PoolClient, call: Call) => Promise<void> = () => Promise.resolve();
  const prepare = async (client: pg.PoolClient, call: Call): Promise<Vote> => {
    prepares += 1;
    const vote = await take[way](client, amountOf(call.payload));
    const now = during;
    await now(client, call);
    return vote ? yes : no('not enough money');
  };
  const closeAll = async (): Promise<void> => {
    await Promise.all(lives.splice(0).map(life => life.close()));
  };
  const store = (): Promise<XaStore<pg.PoolClient>> => postgresStore({ ...connection, ...options });

  const openAnother = async (wishes: ParticipantOptions = {}): Promise<Participant> => {
    const common = { log: quiet, ...wishes, store: await store() };
    const life = await createParticipant(
      way === 'xa' ? { ...common, xa: { prepare } } : { ...common, reservation: { ...completion, prepare } },
    );
    lives.push(life);
    return life;
  };

  return {
    connection,
    openAnother,
    store,
    sql,
    open: async wishes => {
      await closeAll();
      return openAnother(wishes);
    },
    available: async () => numberIn(await sql(spendable[way])),
    prepares: () => prepares,
    failNextPrepare: () => {
      during = () => {
        during = () => Promise.resolve();
        return Promise.reject(new Error('the service failed'));
      };
    },
    duringPrepare: work => (during = work),
    rows: async table => numberIn(await sql(`SELECT count(*) FROM ${table}`)),
    dispose: async () => {
      await closeAll();
      const left = await sql('SELECT gid FROM pg_prepared_xacts WHERE database = current_database()');
      for (const { gid } of left) await sql(`ROLLBACK PREPARED '${String(gid)}'`); // there are 64 for the whole server
    },
  };
}

const tables: Record<Way, string> = {
  reservation: `CREATE TABLE account (balance bigint NOT NULL, held bigint NOT NULL);
    INSERT INTO account VALUES (${opening}, 0)`,
  xa: `CREATE TABLE coin (id serial PRIMARY KEY);
    INSERT INTO coin SELECT FROM generate_series(1, ${opening})`,
};

const spendable: Record<Way, string> = {
  reservation: 'SELECT balance - held FROM account',
  xa: 'SELECT count(*) FROM coin',
};

const take: Record<Way, (client: pg.PoolClient, amount: number) => Promise<boolean>> = {
  reservation: async (client, amount) => {
    const taken = await client.query('UPDATE account SET held = held + $1 WHERE balance - held >= $1', [
      amount,
    ]);
    return taken.rowCount === 1;
  },
  xa: async (client, amount) => {
    const taken = await client.query(
      'DELETE FROM coin WHERE id IN (SELECT id FROM coin ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)',
      [amount],
    );
    return taken.rowCount === amount;
  },
};

const completion: Pick<Reservation<pg.PoolClient>, 'commit' | 'rollback'> = {
  commit: async (client, { payload }) => {
    await client.query('UPDATE account SET held = held - $1, balance = balance - $1', [amountOf(payload)]);
  },
  rollback: async (client, { payload }) => {
    await client.query('UPDATE account SET held = held - $1', [amountOf(payload)]);
  },
};

async function statement(
  connection: pg.ClientConfig,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function numberIn([row]: readonly object[]): number {
  return Number(Object.values(row as object)[0]);
}
