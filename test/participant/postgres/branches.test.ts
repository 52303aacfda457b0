/** What a prepared branch lives through, and what the kit makes of branch and record where a crash came between the two. */
import { createParticipant, type Participant, postgresStore, yes } from '../../../src/participant';
import { eventually } from '../../support/until';
import { call, newId, prepareBody } from '../support/calls';
import { saysAndIsKilled } from '../support/lifeProcess';
import { usePostgres } from '../support/postgres';
import { postgresRig, type PostgresRig } from '../support/postgresRig';
import { keepLog, type KeptLog, quiet } from '../support/quiet';
import { opening } from '../support/rig';

const server = usePostgres();
let rig: PostgresRig;
let log: KeptLog;
let service: Participant;
let id: string;
let ledger: string;

beforeEach(async () => {
  rig = await postgresRig(server(), 'xa');
  log = keepLog();
  service = await rig.open({ log });
  id = newId();
  ledger = await ledgerIn(rig);
});
afterEach(() => rig.dispose());

const ledgerIn = async (where: PostgresRig): Promise<string> =>
  String((await where.sql("SELECT 'dtc_votes'::regclass::oid AS name"))[0]?.['name']);

const ask = async (phase: 'prepare' | 'commit' | 'rollback', asked = {}): Promise<number> =>
  (await call(service, phase, id, asked)).status;
const branch = (): string => `'dtc/${ledger}/${id}/p1'`;
/** As kits named it that did not say whose it is. */
const formerBranch = (): string => `'dtc/${id}/p1'`;
const branches = async (): Promise<number> =>
  (await rig.sql('SELECT FROM pg_prepared_xacts WHERE database = current_database()')).length;
const messages = (level: string): string[] =>
  log.lines.filter(line => line.level === level).map(line => JSON.stringify(line, errorsToo));

/** As a prepare that dies when its branch is prepared: the record is there already. */
const prepareByHand = (name = branch()): Promise<unknown> =>
  rig.sql(`BEGIN;
    INSERT INTO dtc_branches (transaction_id, participant) VALUES ('${id}', 'p1');
    DELETE FROM coin WHERE id <= 10;
    PREPARE TRANSACTION ${name}`);
const claimOnly = async (asked = {}): Promise<void> => {
  rig.failNextPrepare();
  expect(await ask('prepare', asked)).toBe(500);
};

describe('a branch that was prepared', () => {
  it('survives SIGKILL of PostgreSQL, and the next life commits it', async () => {
    await ask('prepare');
    await server().kill();
    await server().start();
    service = await rig.openAnother();
    expect((await service.prepared()).prepared).toHaveLength(1);
    expect(await ask('commit')).toBe(200);
    expect(await rig.available()).toBe(90);
  });

  it('survives SIGKILL of the participant, and the next life commits it', async () => {
    expect(await saysAndIsKilled({ connection: rig.connection, body: prepareBody(id), hang: false })).toBe(
      '200',
    );
    expect(await ask('prepare')).toBe(200);
    expect(await ask('commit')).toBe(200);
    expect([rig.prepares(), await rig.available()]).toEqual([0, 90]);
  });

  it('before its record said so answers the next prepare with yes, and the work is not run again', async () => {
    await claimOnly();
    await prepareByHand();
    expect((await service.prepared()).prepared).toHaveLength(1);
    expect(await ask('prepare')).toBe(200);
    expect(rig.prepares()).toBe(1);
    expect(await ask('commit')).toBe(200);
    expect(await rig.available()).toBe(90);
  });

  it('before its record said so is ended by a rollback', async () => {
    await claimOnly();
    await prepareByHand();
    expect(await ask('rollback')).toBe(200);
    expect(await branches()).toBe(0);
    expect(await rig.available()).toBe(opening);
  });

  it('before its record said so counts with the fencing tokens it was prepared under', async () => {
    const holding = (fencingToken: number): object => ({
      more: { locks: [{ resource: 'coins', mode: 'exclusive', fencingToken }] },
    });
    await claimOnly(holding(5));
    await prepareByHand();
    expect(await ask('prepare', holding(5))).toBe(200);
    expect((await call(service, 'prepare', newId(), holding(4))).status).toBe(409);
  });

  it('is acknowledged as committed where it was, although its record never said so', async () => {
    await ask('prepare');
    await rig.sql(`COMMIT PREPARED ${branch()}`);
    expect(await ask('commit')).toBe(200);
    expect(await ask('rollback')).toBe(409);
    expect(await rig.available()).toBe(90);
  });

  it('is not acknowledged as rolled back where it was committed, although its record never said so', async () => {
    await ask('prepare');
    await rig.sql(`COMMIT PREPARED ${branch()}`);
    expect([await ask('rollback'), await ask('rollback'), await ask('commit')]).toEqual([409, 409, 200]);
    expect(await rig.available()).toBe(90);
  });

  it('is not acknowledged as rolled back where a commit under way comes first after all', async () => {
    await ask('prepare');
    await rig.sql(`UPDATE dtc_votes SET state = 'rolledback'`); // a rollback that was refused: the branch is being committed
    await rig.sql(`COMMIT PREPARED ${branch()}`);
    expect([await ask('rollback'), await ask('commit')]).toEqual([409, 200]);
  });

  it('is never acknowledged as committed where somebody rolled it back by hand', async () => {
    await ask('prepare');
    await rig.sql(`ROLLBACK PREPARED ${branch()}`);
    expect([await ask('commit'), await ask('commit')]).toEqual([500, 500]);
    expect(messages('error')).toEqual([
      expect.stringContaining('somebody ended it in the database'),
      expect.stringContaining('somebody ended it in the database'),
    ]);
  });

  it('after its record was rolled back is ended by the next life', async () => {
    await ask('rollback');
    await prepareByHand();
    expect(await branches()).toBe(1);
    service = await rig.open({ log });
    expect(await branches()).toBe(0);
    expect(messages('warn')).toContainEqual(expect.stringContaining('"ended":1'));
    expect(await ask('prepare')).toBe(409);
  });

  it('without a record is reported by the next life, and left alone', async () => {
    await prepareByHand();
    service = await rig.open({ log });
    expect(messages('error')).toContainEqual(expect.stringContaining(id));
    expect(await branches()).toBe(1);
  });

  it('without a record and without a ledger’s name is warned of once, and left alone', async () => {
    await prepareByHand(formerBranch());
    service = await rig.open({ log, coordinator: { url: 'http://127.0.0.1:9', everyMs: 20 } });
    const later = newId();
    await call(service, 'prepare', later);
    await rig.sql(`UPDATE dtc_votes SET state = 'rolledback' WHERE transaction_id = '${later}'`);
    await eventually(async () => (await branches()) === 1); // the next pass has been, and has ended that one
    expect(messages('warn').filter(each => each.includes(id))).toEqual([
      expect.stringContaining('Leave it prepared'),
    ]);
    expect(await branches()).toBe(1);
  });

  it.each(['commit', 'rollback'] as const)('by an older kit is ended all the same: %s', async phase => {
    await claimOnly();
    await prepareByHand(formerBranch());
    expect([await ask('prepare'), await ask(phase)]).toEqual([200, 200]);
    expect(await branches()).toBe(0);
    expect(await rig.available()).toBe(phase === 'commit' ? 90 : opening);
  });

  it('is another ledger’s business in another schema of the same database', async () => {
    await rig.sql('CREATE SCHEMA other; CREATE TABLE other.coin (id int); INSERT INTO other.coin VALUES (1)');
    const store = await postgresStore({ ...rig.connection, options: '-c search_path=other' });
    const other = await createParticipant({ log: quiet, store, xa: { prepare: () => yes } });
    expect((await call(other, 'prepare', id)).status).toBe(200);
    service = await rig.open({ log });
    expect((await service.prepared()).prepared).toEqual([]);
    expect([...messages('error'), ...messages('warn')]).toEqual([]);
    expect(await ask('rollback')).toBe(200);
    expect((await call(other, 'commit', id)).status).toBe(200);
    await other.close();
  });

  it('is another service’s business in another database of the same server', async () => {
    const other = await postgresRig(server(), 'xa');
    await call(await other.open(), 'prepare', newId());
    service = await rig.open({ log });
    expect((await service.prepared()).prepared).toEqual([]);
    expect(messages('error')).toEqual([]);
    await other.dispose();
  });
});

describe('a prepare', () => {
  it('that SIGKILL of the participant cut off is begun anew', async () => {
    const cut = await saysAndIsKilled({ connection: rig.connection, body: prepareBody(id), hang: true });
    expect(cut).toBe('working');
    expect([await ask('prepare'), await ask('commit')]).toEqual([200, 200]);
    expect([rig.prepares(), await rig.available()]).toEqual([1, 90]);
  });

  it('is not taken for a yes where a statement failed and the service went on', async () => {
    rig.duringPrepare(client => client.query('SELECT 1 / 0').then(noMore, noMore));
    expect(await ask('prepare')).toBe(500);
    expect(messages('error')).toEqual([expect.stringContaining('the error was not passed on')]);
    expect(await branches()).toBe(0);
  });

  it('that PostgreSQL cannot keep prepared is an error that says why, and holds nothing', async () => {
    rig.duringPrepare(client => client.query('CREATE TEMP TABLE basket (item int)').then(noMore));
    expect(await ask('prepare')).toBe(500);
    expect(messages('error')).toEqual([expect.stringContaining('temporary')]);
    expect(await branches()).toBe(0);
    rig.duringPrepare(() => Promise.resolve());
    expect(await ask('prepare')).toBe(200);
  });
});

describe('two lives at once', () => {
  it('run a duplicate prepare once', async () => {
    const second = await rig.openAnother();
    const both = await Promise.all([ask('prepare'), call(second, 'prepare', id)]);
    expect(both).toEqual([200, expect.objectContaining({ status: 200 })]);
    expect(rig.prepares()).toBe(1);
  });

  it('run it once also where the first lost the lock on its record half way', async () => {
    await rig.dispose();
    rig = await postgresRig(server(), 'xa', { lockTimeoutMs: 300 });
    service = await rig.open({ log });
    const second = await rig.openAnother();
    let goOn: () => void = noMore;
    rig.duringPrepare(() => new Promise<void>(resolve => (goOn = resolve)));
    const first = ask('prepare');
    await eventually(() => rig.prepares() === 1);
    await rig.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'idle in transaction' AND query NOT LIKE 'DELETE FROM coin%'`);
    expect((await call(second, 'prepare', id)).status).toBe(503);
    goOn();
    expect(await first).toBe(503);
    expect((await call(second, 'prepare', id)).status).toBe(200);
    expect(rig.prepares()).toBe(1);
    expect(await branches()).toBe(1);
  });
});

describe('where the service asks for REPEATABLE READ', () => {
  it('a commit that waited for another one sees that it was done', async () => {
    await rig.dispose();
    const options = '-c default_transaction_isolation=repeatable\\ read';
    rig = await postgresRig(server(), 'xa', { options });
    service = await rig.open({ log });
    ledger = await ledgerIn(rig);
    expect(await ask('prepare')).toBe(200);
    const other = await rig.store();
    let commit: Promise<number> | undefined;
    await other.transaction(async session => {
      await session.query('SELECT FROM dtc_votes FOR UPDATE');
      commit = ask('commit');
      await eventually(async () => (await rig.sql(waiting)).length === 1);
      await rig.sql(`COMMIT PREPARED ${branch()}`);
    });
    expect(await commit).toBe(200);
    expect(messages('error')).toEqual([]);
    await other.close();
  });
});

const waiting =
  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

function noMore(): void {
  // the outcome is of no interest
}

function errorsToo(_name: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
