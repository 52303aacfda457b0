/** Owns the account service on each store as a scene of schedules. */
import pg from 'pg';
import { type PostgresServer } from '../../../examples/bank/postgresServer';
import { type Participant, type ParticipantOptions } from '../../../src/participant';
import { type Asked, call, send } from '../support/calls';
import { postgresRig } from '../support/postgresRig';
import { type Rig } from '../support/rig';
import { sqliteRig } from '../support/sqliteRig';
import { type Way } from './model';
import { type Scene } from './play';
import { type ScheduledCall } from './schedule';

/** The keeper is at work all the while; there is nobody whom it could ask. */
const options: ParticipantOptions = {
  coordinator: { url: 'http://127.0.0.1:9', everyMs: 20, askAfterMs: 3_600_000 },
};

export async function sqliteScene(): Promise<Scene> {
  return sceneOf(await sqliteRig(), 'reservation');
}

export async function postgresScene(server: PostgresServer, way: Way): Promise<Scene> {
  const rig = await postgresRig(server, way);
  let cuts = 0;
  const scene = await sceneOf(rig, way, () =>
    rig.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid % 3 <> ${(cuts += 1) % 4}`),
  );
  return {
    ...scene,
    dispose: async () => {
      await scene.dispose();
      await drop(server, rig.connection.database ?? '');
    },
  };
}

/** Each run has a database of its own: they would fill the disk. */
export async function drop(server: PostgresServer, database: string): Promise<void> {
  const client = new pg.Client(server.connection);
  await client.connect();
  await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await client.end();
}

/** @param cut ends connections, where there are any. */
export async function sceneOf(rig: Rig, way: Way, cut?: () => Promise<unknown>): Promise<Scene> {
  let life: Participant = await rig.open(options);
  return {
    way,
    call: (id, scheduled) => callLife(life, id, scheduled),
    disturb: async by => {
      if (by === 'cut') await cut?.();
      else life = await rig.open(options);
    },
    prepared: async () => (await life.prepared()).prepared.map(each => each.transactionId),
    available: () => rig.available(),
    dispose: () => rig.dispose(),
  };
}

/** @param life whatever handles requests. */
export async function callLife(
  life: Pick<Participant, 'handle'>,
  transactionId: string,
  { does, amount, late }: ScheduledCall,
): Promise<number> {
  if (does === 'settle committed' || does === 'settle rolledback') {
    const outcome = does.slice('settle '.length);
    const body = JSON.stringify({ transactionId, participant: 'p1', outcome, by: 'ann', reason: 'test' });
    const headers = { 'content-type': 'application/json' };
    return (await send(life, 'settle', { method: 'POST', headers, body })).status;
  }
  const asked: Asked = { payload: { amount }, ...(late ? { decideBy: Date.now() - 1_000 } : {}) };
  return (await call(life, does, transactionId, asked)).status;
}
