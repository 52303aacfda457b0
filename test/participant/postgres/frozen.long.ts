/** A link to PostgreSQL that freezes, so that neither end hears of the other, at the moment that matters. */
import { createParticipant, type Participant, postgresStore, yes } from '../../../src/participant';
import { type Proxy, startProxy } from '../../support/proxy';
import { eventually } from '../../support/until';
import { call, newId } from '../support/calls';
import { usePostgres } from '../support/postgres';
import { postgresRig, type PostgresRig } from '../support/postgresRig';
import { quiet } from '../support/quiet';

const server = usePostgres();
const waits = { lockTimeoutMs: 300, idleTimeoutMs: 1_000 };
const defaultBoundMs = waits.lockTimeoutMs + 5_000;
/** The same things happen sooner. */
const soon = { query_timeout: 600 };
let rig: PostgresRig;
let proxy: Proxy;
let frozen: Participant | undefined;
let other: Participant;
let id: string;

const open = async (options: object): Promise<void> => {
  const store = await postgresStore({
    ...rig.connection,
    host: '127.0.0.1',
    port: proxy.port,
    ...waits,
    ...options,
  });
  const prepare = async (client: { query(sql: string): Promise<unknown> }): Promise<typeof yes> => {
    await client.query('DELETE FROM coin WHERE id <= 10');
    return yes;
  };
  frozen = await createParticipant({ log: quiet, store, xa: { prepare } });
};

beforeEach(async () => {
  rig = await postgresRig(server(), 'xa', waits);
  other = await rig.open();
  proxy = await startProxy(server().connection);
  id = newId();
});
afterEach(async () => {
  proxy.cut();
  await frozen?.close();
  await proxy.close();
  await rig.dispose();
});

const asFrozen = (): Participant => {
  if (frozen === undefined) throw new Error('the test opens it');
  return frozen;
};
const settledByTheOther = async (): Promise<number> => {
  const since = Date.now();
  await eventually(async () => (await call(other, 'prepare', id)).status === 200);
  await eventually(async () => (await call(other, 'commit', id)).status === 200);
  return Date.now() - since;
};

const answeredMs = async (first: Promise<{ status: number }>): Promise<number> => {
  const since = Date.now();
  expect((await first).status).toBe(503);
  return Date.now() - since;
};

it.each([
  ['COMMIT PREPARED', 'passed', {}, defaultBoundMs],
  ['COMMIT PREPARED', 'lost', soon, soon.query_timeout],
] as const)(
  'at %s, %s, gives its record back, and is answered 503 itself',
  async (statement, is, options, boundMs) => {
    await open(options);
    expect((await call(asFrozen(), 'prepare', id)).status).toBe(200);
    proxy.freezeAt(statement, is);
    const first = answeredMs(call(asFrozen(), 'commit', id));
    await eventually(proxy.frozen);
    expect(await settledByTheOther()).toBeLessThan(defaultBoundMs);
    expect(await first).toBeLessThan(boundMs + 2_000);
    expect(await rig.available()).toBe(90);
    expect(await rig.sql('SELECT FROM pg_prepared_xacts WHERE database = current_database()')).toEqual([]);
  },
  20_000,
);

it.each([
  ['PREPARE TRANSACTION', 'passed'],
  ['PREPARE TRANSACTION', 'lost'],
  ['INSERT INTO dtc_branches', 'passed'],
] as const)('at %s, %s, gives its rows back, and the work is done once', async (statement, is) => {
  await open(soon);
  proxy.freezeAt(statement, is);
  const first = answeredMs(call(asFrozen(), 'prepare', id));
  await eventually(proxy.frozen);
  expect(await settledByTheOther()).toBeLessThan(defaultBoundMs);
  expect(await first).toBeLessThan(soon.query_timeout + 2_000);
  expect(await rig.available()).toBe(90);
});

describe('sessions', () => {
  const settings = `SELECT current_setting('idle_in_transaction_session_timeout') AS idle,
    current_setting('tcp_user_timeout') AS silent, current_setting('tcp_keepalives_idle') AS probed`;
  const inTransaction = async (options: object): Promise<unknown> => {
    const store = await postgresStore({ ...rig.connection, ...options });
    const [row] = await store.transaction(session => session.query(settings));
    await store.close();
    return row;
  };

  it('are ended by PostgreSQL where they say nothing', async () => {
    expect(await inTransaction({})).toEqual({ idle: '30s', silent: '30000', probed: '15' });
    expect(await inTransaction({ idleTimeoutMs: 7_000 })).toMatchObject({ idle: '7s' });
  });

  it('keep what the service, its role or its database has set', async () => {
    expect(await inTransaction({ idle_in_transaction_session_timeout: 90_000 })).toMatchObject({
      idle: '90s',
    });
    expect(
      await inTransaction({ options: '-c tcp_user_timeout=5000 -c tcp_keepalives_idle=3' }),
    ).toMatchObject({
      silent: '5000',
      probed: '3',
    });
  });

  it('leave what the service does outside of transactions alone', async () => {
    const store = await postgresStore({ ...rig.connection, max: 1 });
    await store.transaction(session => session.query('SELECT 1'));
    const [row] = await store.transaction(async (_session, client) => {
      await client.query('COMMIT');
      const { rows } = await client.query<{ idle: string }>(settings);
      await client.query('BEGIN');
      return rows;
    });
    expect(row).toMatchObject({ idle: '0' });
    await store.close();
  });
});
