import { type Connection } from 'mysql2/promise';
import { mysqlStore, StoreUnavailable, type XaStore } from '../../../src/participant';
import { migrate } from '../../../src/participant/ledger/schema';
import { claim, lock } from '../../../src/participant/ledger/votes';
import { newId } from '../support/calls';
import { count, type Database, mintCoins, newDatabase, whereMysqlRuns } from '../support/mysqlRig';

whereMysqlRuns('MySQL and MariaDB, local transactions', () => {
  let database: Database;
  let store: XaStore<Connection>;

  beforeEach(async () => {
    database = await newDatabase();
    await mintCoins(database);
    store = await mysqlStore({ uri: database.url, lockTimeoutMs: 1_000 });
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const take = (connection: Connection, coin: number): Promise<unknown> =>
    connection.query("UPDATE coin SET holder = CONCAT(IFNULL(holder, ''), '+') WHERE id = ?", [coin]);

  it('are begun again after a deadlock', async () => {
    let first = 0;
    let meet = (): void => undefined;
    const met = new Promise<void>(resolve => (meet = resolve));
    const inOrder = (coins: readonly [number, number]): Promise<void> =>
      store.transaction(async (_, connection) => {
        await take(connection, coins[0]);
        first += 1;
        if (first === 2) meet();
        await met;
        await take(connection, coins[1]);
      });
    await Promise.all([inOrder([1, 2]), inOrder([2, 1])]);
    expect(first).toBe(3);
    expect(await count(database, "coin WHERE holder = '++'")).toBe(2);
  });

  it('are undone as a whole where one statement waited too long', async () => {
    await database.outside.query('START TRANSACTION');
    await take(database.outside, 5);
    const waiting = store.transaction(async (_, connection) => {
      await take(connection, 4);
      await take(connection, 5);
    });
    await expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
    await database.outside.query('ROLLBACK');
    await store.transaction(async (_, connection) => take(connection, 6)); // on the same connection
    expect(await count(database, "coin WHERE holder = '+'")).toBe(1);
  });

  it('keep a record to the letter, whatever the sql_mode and the options of the driver', async () => {
    const options = {
      rowsAsArray: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      connectionLimit: 1,
    };
    const odd = await mysqlStore({ uri: database.url, ...options });
    await migrate(odd);
    const key = { transactionId: newId(), participant: 'p1' };
    const payload = { text: `it's "odd" \\' -- 🪙` };
    const now = Date.now();
    const ledger = { dialect: odd.dialect, service: 'odd' };
    const record = await odd.transaction(async (session, connection) => {
      await connection.query("SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
      await claim(session, ledger, {
        ...key,
        state: 'preparing',
        now,
        call: { ...key, phase: 'prepare', payload, locks: [] },
      });
      return lock(session, ledger, key);
    });
    expect(record).toMatchObject({ ...key, createdAt: now, request: { payload, locks: [] } });
    await odd.close();
  });
});
