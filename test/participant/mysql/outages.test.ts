import { createParticipant, mysqlStore, type Participant, yes } from '../../../src/participant';
import { call, newId } from '../support/calls';
import { type Proxy, startProxy } from '../../support/proxy';
import {
  count,
  type Database,
  mintCoins,
  newDatabase,
  plainly,
  reservationOver,
  whereMysqlRuns,
  xaOver,
} from '../support/mysqlRig';
import { quiet } from '../support/quiet';

whereMysqlRuns('MySQL and MariaDB, outages', () => {
  let database: Database;
  let proxy: Proxy;
  /** The database's URL, by way of the proxy. */
  let uri: string;
  let service: Participant;
  let id: string;

  beforeEach(async () => {
    database = await newDatabase();
    await mintCoins(database);
    const at = new URL(database.url);
    proxy = await startProxy({ host: at.hostname, port: Number(at.port || 3306) });
    at.host = `127.0.0.1:${proxy.port}`;
    uri = at.href;
    id = newId();
  });
  afterEach(async () => {
    await service.close();
    await proxy.close();
    await database.dispose();
  });

  const open = async (way: 'reservation' | 'xa'): Promise<void> => {
    const store = await mysqlStore({ uri, lockTimeoutMs: 1_000 });
    const work = way === 'xa' ? { xa: xaOver(plainly) } : { reservation: reservationOver(plainly) };
    service = await createParticipant({ log: quiet, store, ...work });
  };
  const ask = async (phase: 'prepare' | 'commit'): Promise<number> => (await call(service, phase, id)).status;

  it.each(['reservation', 'xa'] as const)(
    'are answered 503 while they last, and nothing is lost (%s)',
    async way => {
      await open(way);
      proxy.cut();
      expect(await call(service, 'prepare', id)).toMatchObject({
        status: 503,
        body: { detail: 'MySQL cannot be reached: check that it runs, and its address' },
      });
      proxy.mend();
      expect(await ask('prepare')).toBe(200);
      proxy.cut();
      expect(await ask('commit')).toBe(503);
      proxy.mend();
      expect(await ask('commit')).toBe(200);
      expect(await count(database, 'coin')).toBe(90);
    },
  );

  it('in the middle of the work leave nothing behind', async () => {
    const store = await mysqlStore(uri);
    let cut = true;
    const end = (): void => {
      if (cut) proxy.cut();
      cut = false;
    };
    service = await createParticipant({ log: quiet, store, xa: xaOver({ begin: () => undefined, end }) });
    expect(await ask('prepare')).toBe(503);
    proxy.mend();
    expect(await ask('prepare')).toBe(200);
    expect(await ask('commit')).toBe(200);
    expect(await count(database, 'coin')).toBe(90);
  });

  it('that nobody tells of end after a while', async () => {
    await open('xa');
    await ask('prepare');
    proxy.freeze();
    expect(await ask('commit')).toBe(503);
    proxy.cut();
    proxy.mend();
    expect(await ask('commit')).toBe(200);
    expect(await count(database, 'coin')).toBe(90);
  });

  it('by a row that a prepared branch holds are over once that one ends', async () => {
    const store = await mysqlStore({ uri: database.url, lockTimeoutMs: 1_000 });
    const prepare = async (connection: { query(sql: string): Promise<unknown> }): Promise<typeof yes> => {
      await connection.query("UPDATE coin SET holder = CONCAT(IFNULL(holder, ''), '+') WHERE id = 7");
      return yes;
    };
    service = await createParticipant({ log: quiet, store, xa: { prepare } });
    await ask('prepare');
    const before = Date.now();
    const second = newId();
    const refused = await call(service, 'prepare', second);
    expect(refused).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('lockTimeoutMs') as unknown },
    });
    expect(Date.now() - before).toBeLessThan(20_000); // by lockTimeoutMs, not by the 50 s of InnoDB
    await ask('commit');
    expect((await call(service, 'prepare', second)).status).toBe(200);
    expect((await call(service, 'commit', second)).status).toBe(200);
    expect(await count(database, "coin WHERE holder = '++'")).toBe(1);
  });
});
