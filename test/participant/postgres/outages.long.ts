/** What the coordinator is told where PostgreSQL cannot be used, and that all goes on once it can. */
import { type Participant, postgresStore, StoreUnavailable } from '../../../src/participant';
import { startPostgres } from '../../../examples/bank/postgresServer';
import { migrate } from '../../../src/participant/ledger/schema';
import { call, newId, prepareBody, send } from '../support/calls';
import { usePostgres } from '../support/postgres';
import { postgresRig, type PostgresRig, type Way } from '../support/postgresRig';
import { opening } from '../support/rig';

const server = usePostgres();
let rig: PostgresRig;
const rigs: PostgresRig[] = [];
let service: Participant;
let id: string;

const makeRig = async (way: Way, options = {}): Promise<void> => {
  rig = await postgresRig(server(), way, options);
  rigs.push(rig);
};
const open = async (way: Way, options = {}): Promise<void> => {
  await makeRig(way, options);
  service = await rig.open();
  id = newId();
};
const whileDown = async (work: () => Promise<void>): Promise<void> => {
  await server().stop();
  await work().finally(() => server().start());
};
const ask = async (phase: 'prepare' | 'commit' | 'rollback'): Promise<number> =>
  (await call(service, phase, id)).status;

afterEach(async () => {
  for (const each of rigs.splice(0)) await each.dispose();
});

describe('PostgreSQL that is down', () => {
  it.each(['reservation', 'xa'] as const)('is 503 until it is back, and then all goes on: %s', async way => {
    await open(way);
    expect(await ask('prepare')).toBe(200);
    const later = newId();
    await whileDown(async () => {
      expect([await ask('commit'), (await call(service, 'prepare', later)).status]).toEqual([503, 503]);
      const answer = await call(service, 'rollback', later);
      expect(answer.body['detail']).toMatch(/PostgreSQL cannot be reached \(connect ECONNREFUSED .*start it/);
    });
    expect([await ask('commit'), (await call(service, 'prepare', later)).status]).toEqual([200, 200]);
    expect((await call(service, 'rollback', later)).status).toBe(200);
    expect(await rig.available()).toBe(90);
  });

  it('in the middle of a prepare leaves nothing half done', async () => {
    await open('xa');
    rig.duringPrepare(() => server().kill());
    expect(await ask('prepare')).toBe(503);
    await server().start();
    rig.duringPrepare(() => Promise.resolve());
    expect((await service.prepared()).prepared).toEqual([]);
    expect([await ask('prepare'), await ask('commit')]).toEqual([200, 200]);
    expect(await rig.available()).toBe(90);
  });

  it('stops the start, which says so', async () => {
    await open('reservation');
    await whileDown(() => expect(rig.openAnother()).rejects.toThrow(StoreUnavailable));
    await rig.openAnother();
  });
});

describe('prepared transactions', () => {
  it('that PostgreSQL does not allow stop the start, which says what to set', async () => {
    const without = await startPostgres({ maxPreparedTransactions: 0 });
    try {
      const other = await postgresRig(without, 'xa');
      await expect(other.open()).rejects.toThrow(
        /max_prepared_transactions is 0: ALTER SYSTEM SET max_prepared_transactions = 100 .*restart/,
      );
      const reserving = await postgresRig(without, 'reservation');
      expect((await call(await reserving.open(), 'prepare', newId())).status).toBe(200);
      await reserving.dispose();
    } finally {
      await without.dispose();
    }
  });

  it('that are all taken are 503 with Retry-After, until one is free', async () => {
    await open('xa');
    for (let n = 1; n <= 64; n += 1) await rig.sql(`BEGIN; PREPARE TRANSACTION 'taken ${n}'`);
    const answer = await service.handle(prepareRequest(id));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.text()).toContain('ALTER SYSTEM SET max_prepared_transactions');
    await rig.sql("ROLLBACK PREPARED 'taken 1'");
    expect((await service.handle(prepareRequest(id))).status).toBe(200);
  });
});

describe('a row that another branch holds', () => {
  it('is waited for no longer than the lock timeout, and then it is 503 and says where to look', async () => {
    await open('xa', { lockTimeoutMs: 200 });
    rig.duringPrepare(client => client.query('UPDATE coin SET id = id WHERE id = 100').then(() => undefined));
    expect(await ask('prepare')).toBe(200);
    const next = newId();
    const waited = await call(service, 'prepare', next);
    expect(waited).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('pg_prepared_xacts') as unknown },
    });
    await ask('rollback');
    expect((await call(service, 'prepare', next)).status).toBe(200);
  });
});

describe('a transaction that the database gives up for another', () => {
  const giveUp = "DO $$ BEGIN RAISE EXCEPTION 'serialize' USING ERRCODE = '40001'; END $$";

  it.each(['reservation', 'xa'] as const)('is begun again: %s', async way => {
    await open(way);
    rig.duringPrepare(async client => {
      if (rig.prepares() < 3) await client.query(giveUp);
    });
    expect([await ask('prepare'), await ask('commit')]).toEqual([200, 200]);
    expect(rig.prepares()).toBe(3);
    expect(await rig.available()).toBe(90);
  });

  it('again and again is 503 in the end', async () => {
    await open('reservation');
    rig.duringPrepare(client => client.query(giveUp).then(() => undefined));
    expect(await ask('prepare')).toBe(503);
    expect(rig.prepares()).toBe(4);
    expect(await rig.available()).toBe(opening);
  });
});

describe('settings of the database', () => {
  it('that would answer before the disk has it do not hold for votes', async () => {
    await open('reservation', { options: '-c synchronous_commit=off' });
    let found: unknown;
    rig.duringPrepare(async client => {
      found = (await client.query('SHOW synchronous_commit')).rows[0];
    });
    await ask('prepare');
    expect(found).toEqual({ synchronous_commit: 'on' });
  });

  it('of isolation are the service’s own, and lives that start all at once do not collide under them', async () => {
    const options = '-c default_transaction_isolation=serializable';
    await makeRig('xa', { options, max: 2 });
    const lives = await Promise.all(Array.from({ length: 6 }, () => rig.openAnother()));
    expect(await rig.rows('dtc_votes')).toBe(0);
    const ids = lives.map(newId);
    for (const [n, life] of lives.entries()) {
      expect((await call(life, 'prepare', ids[n] ?? '')).status).toBe(200);
      expect((await call(life, 'commit', ids[n] ?? '')).status).toBe(200);
    }
    expect(await rig.available()).toBe(opening - 60);
  });
});

describe('a role', () => {
  it('that may not end a branch, or make the kit’s tables, is told who may', async () => {
    await open('xa');
    await ask('prepare');
    const user = `clerk_${Date.now()}`;
    await rig.sql(`CREATE ROLE ${user} LOGIN PASSWORD 'open'; GRANT USAGE ON SCHEMA public TO ${user}`);
    const store = await postgresStore({ ...rig.connection, user, password: 'open' });
    const ending = store.branches.commit({ transactionId: id, participant: 'p1' });
    await expect(ending).rejects.toThrow(/only by the role that prepared it or a superuser/);
    await expect(migrate(store)).rejects.toThrow(/permission denied .*: .*GRANT CREATE ON SCHEMA/);
    await store.close();
  });
});

describe('connections', () => {
  it('are enough for more calls at once than there are of them', async () => {
    await open('xa', { max: 2 });
    const ids = Array.from({ length: 10 }, newId);
    for (const phase of ['prepare', 'commit'] as const) {
      const answers = await Promise.all(ids.map(each => call(service, phase, each)));
      expect(new Set(answers.map(each => each.status))).toEqual(new Set([200]));
    }
    expect(rig.prepares()).toBe(10);
  });

  it('that an administrator ended are replaced', async () => {
    await open('xa');
    await ask('prepare');
    await rig.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await send(service, 'prepared', { method: 'GET' }); // may meet one that is not known to be gone
    expect(await ask('commit')).toBe(200);
  });
});

function prepareRequest(transactionId: string): Request {
  return new Request('http://service.test/prepare', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: prepareBody(transactionId),
  });
}
