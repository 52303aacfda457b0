/** A link to the database that freezes, so that neither end hears of the other, at the moment that matters. */
import { createParticipant, mysqlStore, type Participant, yes } from '../../../src/participant';
import { type Proxy, startProxy } from '../../support/proxy';
import { eventually } from '../../support/until';
import { call, newId } from '../support/calls';
import {
  count,
  type Database,
  mintCoins,
  newDatabase,
  plainly,
  whereMysqlRuns,
  xaOver,
} from '../support/mysqlRig';
import { quiet } from '../support/quiet';

whereMysqlRuns('MySQL and MariaDB, a link that freezes', () => {
  const waits = { lockTimeoutMs: 1_000, idleTimeoutMs: 1_000 };
  const settledWithinMs = 5_000;
  let database: Database;
  let proxy: Proxy;
  let frozen: Participant;
  let other: Participant;
  let id: string;

  beforeEach(async () => {
    database = await newDatabase();
    await mintCoins(database);
    const at = new URL(database.url);
    proxy = await startProxy({ host: at.hostname, port: Number(at.port || 3306) });
    at.host = `127.0.0.1:${proxy.port}`;
    const open = async (uri: string): Promise<Participant> =>
      createParticipant({ log: quiet, store: await mysqlStore({ uri, ...waits }), xa: xaOver(plainly) });
    frozen = await open(at.href);
    other = await open(database.url);
    id = newId();
  });
  afterEach(async () => {
    proxy.cut();
    await frozen.close();
    await other.close();
    await proxy.close();
    await database.dispose();
  });

  const settledByTheOther = async (): Promise<number> => {
    const since = Date.now();
    await eventually(async () => (await call(other, 'prepare', id)).status === 200);
    await eventually(async () => (await call(other, 'commit', id)).status === 200);
    return Date.now() - since;
  };

  it.each([
    ['XA PREPARE', 'passed'],
    ['XA PREPARE', 'lost'],
    ['INSERT INTO dtc_branches', 'passed'],
  ] as const)(
    'at %s, %s, gives its branch back, and the work is done once',
    async (statement, is) => {
      proxy.freezeAt(statement, is);
      const first = call(frozen, 'prepare', id);
      await eventually(proxy.frozen);
      expect(await settledByTheOther()).toBeLessThan(settledWithinMs);
      proxy.cut();
      expect((await first).status).toBe(503);
      expect(await count(database, 'coin')).toBe(90);
    },
    20_000,
  );

  it.each(['passed', 'lost'] as const)(
    'at XA COMMIT, %s, gives its record back, and is answered 503 itself',
    async is => {
      expect((await call(frozen, 'prepare', id)).status).toBe(200);
      proxy.freezeAt('XA COMMIT', is);
      const first = call(frozen, 'commit', id);
      await eventually(proxy.frozen);
      expect(await settledByTheOther()).toBeLessThan(settledWithinMs);
      proxy.cut();
      expect((await first).status).toBe(503);
      expect(await count(database, 'coin')).toBe(90);
    },
    20_000,
  );

  it.each(['commit', 'rollback'] as const)(
    'at XA PREPARE, with nothing else held: %s ends it, long before the server would',
    async settle => {
      const at = new URL(database.url);
      at.host = `127.0.0.1:${proxy.port}`;
      const [asFrozen, well] = [await mysqlStore(at.href), await mysqlStore(database.url)];
      const key = { transactionId: id, participant: 'p' };
      proxy.freezeAt('XA PREPARE', 'passed');
      const take = asFrozen.branches.prepare(key, async session => {
        await session.query('DELETE FROM coin WHERE id = 7');
        return yes;
      });
      take.catch(() => undefined);
      await eventually(proxy.frozen);
      await eventually(async () => (await well.branches.list()).length === 1);
      const since = Date.now();
      await expect(well.branches[settle](key)).resolves.toBe('done');
      expect(Date.now() - since).toBeLessThan(settledWithinMs);
      expect(await well.branches.list()).toEqual([]);
      expect(await count(database, 'coin')).toBe(settle === 'commit' ? 99 : 100);
      proxy.cut();
      await expect(take).rejects.toThrow();
      await Promise.all([asFrozen.close(), well.close()]);
    },
    20_000,
  );
});
