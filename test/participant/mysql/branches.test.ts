import { createParticipant, mysqlStore, type Participant, type XaStore } from '../../../src/participant';
import { type BranchKey } from '../../../src/participant/contract';
import { formatIdOf, xidOf } from '../../../src/participant/stores/mysql/xid';
import { type Connection } from 'mysql2/promise';
import { call, newId } from '../support/calls';
import {
  count,
  mintCoins,
  type MysqlRig,
  newDatabase,
  whereMysqlRuns,
  xaOver,
  xaRig,
} from '../support/mysqlRig';
import { keepLog, quiet } from '../support/quiet';
import { opening } from '../support/rig';

whereMysqlRuns('MySQL and MariaDB, branches', () => {
  let rig: MysqlRig;
  let service: Participant;
  let store: XaStore<Connection>;
  let id: string;
  let branch: BranchKey;

  beforeEach(async () => {
    rig = await xaRig();
    service = await rig.open();
    store = await mysqlStore(rig.database.url);
    id = newId();
    branch = { transactionId: id, participant: 'p1' };
  });
  afterEach(async () => {
    await store.close();
    await rig.dispose();
  });

  const ask = async (phase: 'prepare' | 'commit' | 'rollback'): Promise<number> =>
    (await call(service, phase, id)).status;
  const record = (state: string): Promise<unknown> =>
    rig.database.outside.query('UPDATE dtc_votes SET state = ? WHERE transaction_id = ?', [state, id]);

  it('can be committed from elsewhere as soon as the vote is given', async () => {
    for (let n = 0; n < 40; n += 1) {
      const each = { transactionId: newId(), participant: 'p1' };
      expect((await call(service, 'prepare', each.transactionId, { payload: { amount: 1 } })).status).toBe(
        200,
      );
      expect(await store.branches.commit(each)).toBe('done');
    }
    expect(await rig.available()).toBe(60);
  });

  it('that were prepared by a call that died get the same yes, and the work is done once', async () => {
    await ask('prepare');
    await record('preparing');
    expect(await ask('prepare')).toBe(200);
    expect(rig.prepares()).toBe(1);
    expect(await ask('commit')).toBe(200);
    expect(await rig.available()).toBe(90);
  });

  it('that were prepared by a call that died are ended by a rollback', async () => {
    await ask('prepare');
    await record('preparing');
    expect(await ask('rollback')).toBe(200);
    expect(await store.branches.list()).toEqual([]);
    expect(await rig.available()).toBe(opening);
  });

  it('that were committed by a call that died are known to be, by the row that each holds', async () => {
    await ask('prepare');
    await store.branches.commit(branch);
    expect(await ask('commit')).toBe(200);
    expect(await ask('commit')).toBe(200);
    expect(await rig.available()).toBe(90);
  });

  it('that somebody rolled back by hand are never taken for committed', async () => {
    await ask('prepare');
    await rig.database.outside.query(`XA ROLLBACK ${xidOf(branch, formatIdOf(rig.database.name))}`);
    expect([await ask('commit'), await ask('commit')]).toEqual([500, 500]);
    expect(await rig.available()).toBe(opening);
    expect(await ask('rollback')).toBe(200);
  });

  it('that are left although their record was rolled back are ended by the next life', async () => {
    await ask('prepare');
    await record('rolledback');
    const log = keepLog();
    await rig.open({ log });
    expect(await store.branches.list()).toEqual([]);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { ended: 1 } }));
    expect(await rig.available()).toBe(opening);
  });

  it('of another service on the same server are not seen', async () => {
    await ask('prepare');
    expect(await store.branches.list()).toEqual([{ ...branch, namesLedger: true }]);
    const other = await newDatabase();
    const elsewhere = await mysqlStore(other.url);
    expect(await elsewhere.branches.list()).toEqual([]);
    expect(await elsewhere.branches.rollback(branch)).toBe('absent');
    await elsewhere.close();
    await other.dispose();
    expect(await ask('commit')).toBe(200);
  });

  it('are made once where two processes get the same prepare at once', async () => {
    const database = await newDatabase();
    await mintCoins(database);
    let prepares = 0;
    const xa = xaOver({ begin: () => (prepares += 1), end: () => undefined });
    const both = await Promise.all(
      [1, 2].map(async () => createParticipant({ log: quiet, store: await mysqlStore(database.url), xa })),
    );
    const calls = [...both, ...both, ...both].map(each => call(each, 'prepare', id));
    expect(new Set((await Promise.all(calls)).map(each => each.status))).toEqual(new Set([200]));
    expect(prepares).toBe(1);
    const commits = await Promise.all(both.map(each => call(each, 'commit', id)));
    expect(commits.map(each => each.status)).toEqual([200, 200]);
    expect(await count(database, 'coin')).toBe(90);
    await Promise.all(both.map(each => each.close()));
    await database.dispose();
  });
});
