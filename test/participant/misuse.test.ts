/** What a service can do wrong, and what it fails at: it is told, nothing is acknowledged, and nobody else waits for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type default as Database } from 'libsql';
import {
  createParticipant,
  type Participant,
  type ParticipantOptions,
  postgresStore,
  type Reservation,
  sqliteStore,
  yes,
} from '../../src/participant';
import { eventually } from '../support/until';
import { call, newId } from './support/calls';
import { usePostgres } from './support/postgres';
import { keepLog, type KeptLog } from './support/quiet';
import { listenHttp } from '../support/listening';

const server = usePostgres();
const nothing = (): void => undefined;
let folder: string;
let log: KeptLog;
let service: Participant | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dtc-kit-'));
  log = keepLog();
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await rm(folder, { recursive: true });
});

async function open(
  reservation: Partial<Reservation<Database.Database>>,
  options: ParticipantOptions = {},
): Promise<Participant> {
  const store = sqliteStore(join(folder, 'service.db'));
  const whole = { prepare: () => yes, commit: nothing, rollback: nothing, ...reservation };
  return (service = await createParticipant({ log, ...options, store, reservation: whole }));
}

const errors = (): string[] =>
  log.lines.filter(({ level }) => level === 'error').map(({ fields }) => JSON.stringify(fields));

describe('a function that ends the transaction it runs in', () => {
  it.each(['commit', 'rollback'] as const)('is an error that says so: %s on SQLite', async phase => {
    const life = await open({ [phase]: (db: Database.Database) => void db.exec('COMMIT; BEGIN') });
    const id = newId();
    expect((await call(life, 'prepare', id)).status).toBe(200);
    expect((await call(life, phase, id)).status).toBe(500);
    expect(errors()).toEqual([expect.stringContaining('ended the transaction it runs in')]);
    expect((await life.prepared()).prepared).toHaveLength(1);
  });

  it.each(['commit', 'rollback'] as const)('is an error that says so: %s on PostgreSQL', async phase => {
    const end = async (client: { query(sql: string): Promise<unknown> }): Promise<void> => {
      await client.query('BEGIN');
      await client.query('COMMIT');
    };
    const reservation = { prepare: () => yes, commit: nothing, rollback: nothing, [phase]: end };
    const store = await postgresStore(server().connection);
    const life = (service = await createParticipant({ log, store, reservation }));
    const id = newId();
    expect((await call(life, 'prepare', id)).status).toBe(200);
    expect((await call(life, phase, id)).status).toBe(500);
    expect(errors()).toEqual([expect.stringContaining('ended the transaction it runs in')]);
  });
});

describe('a function that always fails', () => {
  it('does not keep the kit from settling what else is in doubt', async () => {
    const bad = newId();
    const coordinator = await startCoordinator();
    const access = { url: coordinator.url, askAfterMs: 0, everyMs: 20 };
    const life = await open(
      {
        commit: (_, { transactionId }) => {
          if (transactionId === bad) throw new Error('the service failed');
        },
      },
      { coordinator: access },
    );
    const ids = [bad, ...Array.from({ length: 9 }, newId)];
    for (const id of ids) await call(life, 'prepare', id, { statusUrl: `${coordinator.url}/${id}` });
    await eventually(async () => (await life.prepared()).prepared.length === 1, 5_000);
    expect((await life.prepared()).prepared[0]?.transactionId).toBe(bad);
    expect(errors()[0]).toContain(bad);
    await coordinator.close();
  });
});

describe('two services on one database', () => {
  it('see, settle and list each their own transactions only', async () => {
    const done: string[] = [];
    const openAs = async (name: string): Promise<Participant> =>
      createParticipant({
        ...{ log, service: name, store: sqliteStore(join(folder, 'service.db')) },
        reservation: { prepare: () => yes, commit: () => void done.push(name), rollback: nothing },
      });
    const [seats, rooms] = [await openAs('seats'), await openAs('rooms')];
    const id = newId();
    await call(seats, 'prepare', id, { participant: 'p1' });
    await call(rooms, 'prepare', id, { participant: 'p2' });
    expect((await seats.prepared()).prepared.map(({ participant }) => participant)).toEqual(['p1']);
    expect((await call(seats, 'commit', id, { participant: 'p2' })).status).toBe(409);
    expect((await call(seats, 'rollback', id, { participant: 'p2' })).status).toBe(500);
    expect((await call(rooms, 'commit', id, { participant: 'p2' })).status).toBe(200);
    expect(done).toEqual(['rooms']);
    await Promise.all([seats.close(), rooms.close()]);
  });
});

describe('a function that never ends', () => {
  it('on SQLite turns away who comes after it, and does not keep the service from closing', async () => {
    const store = sqliteStore(join(folder, 'service.db'), { lockTimeoutMs: 100 });
    const never = new Promise<never>(() => undefined);
    let asked = 0;
    const prepare = (): Promise<never> => {
      asked += 1;
      return never;
    };
    const life = await createParticipant({
      log,
      store,
      reservation: { prepare, commit: nothing, rollback: nothing },
    });
    void call(life, 'prepare', newId());
    await eventually(() => asked === 1);
    const refused = await call(life, 'prepare', newId());
    expect(refused).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('not end') as string },
    });
    await store.close();
  });

  it('on SQLite leaves the process free while another connection of it writes', async () => {
    const life = await open({});
    const other = new Sqlite(join(folder, 'service.db'));
    other.exec('BEGIN IMMEDIATE');
    const waiting = call(life, 'prepare', newId());
    setTimeout(() => other.exec('COMMIT'), 50);
    expect((await waiting).status).toBe(200);
    other.close();
  });
});

describe('an option that cannot work', () => {
  it.each([
    [{ service: 'a b' }, 'service is "a b"'],
    [{ secrets: ['hidden'] }, 'secrets has an entry of another form'],
    [{ coordinator: { url: 'coordinator' } }, 'coordinator.url must be'],
  ])('stops the start: %j', async (options, says) => {
    const failed = await open({}, options).catch((error: unknown) => String(error));
    expect(failed).toContain(says);
    expect(failed).not.toContain('hidden');
  });
});

describe('closing', () => {
  it('waits for no more than what the coordinator was asked already', async () => {
    const coordinator = await startCoordinator({ waits: true });
    const life = await open({}, { coordinator: { url: coordinator.url, askAfterMs: 0, everyMs: 20 } });
    for (const id of Array.from({ length: 20 }, newId))
      await call(life, 'prepare', id, { statusUrl: `${coordinator.url}/${id}` });
    await eventually(() => coordinator.asked() > 0);
    const closing = life.close();
    coordinator.goOn();
    await closing;
    expect(coordinator.asked()).toBeLessThanOrEqual(8);
    await coordinator.close();
  });
});

describe('an error of a driver', () => {
  it('is logged without the statement and the row that hang on it', async () => {
    const error = Object.assign(new Error('it failed'), {
      code: 'ER_DUP_ENTRY',
      sql: "INSERT INTO account VALUES ('alice')",
      detail: 'Key (account)=(alice) already exists.',
    });
    const prepare = (): never => {
      throw new Error('the service failed', { cause: error });
    };
    const life = await open({ prepare });
    expect((await call(life, 'prepare', newId())).status).toBe(500);
    const logged = log.lines.map(({ fields }) => JSON.stringify({ ...fields, cause: undefined }));
    expect(logged.join()).toContain('ER_DUP_ENTRY');
    expect(logged.join()).not.toContain('alice');
  });
});

describe('the trace of a request', () => {
  it('is handed to every function of the service', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const seen: unknown[] = [];
    const commit: Reservation<Database.Database>['commit'] = (_, asked) => void seen.push(asked.traceparent);
    const life = await open({ commit });
    const id = newId();
    await call(life, 'prepare', id);
    await call(life, 'commit', id, { headers: { traceparent } });
    expect(seen).toEqual([traceparent]);
  });
});

interface Coordinator {
  readonly url: string;
  asked(): number;
  goOn(): void;
  close(): Promise<void>;
}

/** Says commit of everything; where it `waits`, it says that it does not know, and not before it goes on. */
async function startCoordinator({ waits = false } = {}): Promise<Coordinator> {
  let asked = 0;
  let goOn = nothing;
  const going = waits ? new Promise<void>(resolve => (goOn = resolve)) : Promise.resolve();
  const answering = await listenHttp((request, response) => {
    asked += 1;
    const document = { id: request.url?.slice(1), decision: waits ? null : 'commit' };
    void going.then(() => response.end(JSON.stringify(document)));
  });
  return {
    url: answering.origin,
    asked: () => asked,
    goOn: () => {
      goOn();
    },
    close: () => answering.close(),
  };
}
