import { type Connection } from 'mysql2/promise';
import { mysqlStore, type Session, type XaStore } from '../../../src/participant';
import { migrate } from '../../../src/participant/ledger/schema';
import { count, type Database, newDatabase, whereMysqlRuns } from '../support/mysqlRig';

const tables = ['dtc_kit', 'dtc_votes', 'dtc_branches', 'dtc_fences'];

whereMysqlRuns('MySQL and MariaDB, migration', () => {
  let database: Database;
  let store: XaStore<Connection>;

  beforeEach(async () => {
    database = await newDatabase();
    store = await mysqlStore(database.url);
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const columns = (): Promise<number> =>
    count(database, `information_schema.statistics WHERE table_schema = '${database.name}'`);

  it('is done by one process at a time', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => mysqlStore(database.url)));
    let atWork = 0;
    let most = 0;
    const migrateSlowly = (each: XaStore<Connection>): Promise<void> =>
      each.migrate(async session => {
        atWork += 1;
        most = Math.max(most, atWork);
        for (let n = 0; n < 20; n += 1) await session.query('SELECT 1');
        atWork -= 1;
      });
    await Promise.all(stores.map(migrateSlowly));
    expect(most).toBe(1);
    await Promise.all(stores.map(each => migrate(each)));
    expect(await count(database, 'dtc_kit')).toBe(1);
    await Promise.all(stores.map(each => each.close()));
  });

  it('that died, wherever it was, is finished by the next', async () => {
    await migrate(store);
    const complete = await columns();
    for (let steps = 1; steps < 8; steps += 1) {
      await database.outside.query(`DROP TABLE ${tables.join(', ')}`);
      await expect(migrate(dyingAfter(store, steps))).rejects.toThrow('died');
      await migrate(store);
      expect(await columns()).toBe(complete);
      expect(await count(database, 'dtc_kit WHERE version = 1')).toBe(1);
    }
  });
});

/** A store whose process dies in the migration after so many statements. */
function dyingAfter<Tx>(store: XaStore<Tx>, steps: number): XaStore<Tx> {
  let left = steps;
  const dying = (session: Session): Session => ({
    query: (sql, values) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('died')) : session.query(sql, values);
    },
  });
  return { ...store, migrate: work => store.migrate(session => work(dying(session))) };
}
