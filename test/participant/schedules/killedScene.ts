/** Owns the account service over PostgreSQL by XA as a process that is killed: what was under way then is never answered. */
import { type PostgresServer } from '../../../examples/bank/postgresServer';
import { eventually } from '../../support/until';
import { send } from '../support/calls';
import { startLife } from '../support/lifeProcess';
import { postgresRig } from '../support/postgresRig';
import { type Scene } from './play';
import { callLife, drop } from './scenes';

export async function killedScene(server: PostgresServer): Promise<Scene> {
  const rig = await postgresRig(server, 'xa');
  let life = await startLife(rig.connection);
  /** What the server is still doing for the dead is not over before its sessions are. */
  const bury = async (): Promise<void> => {
    await life.kill();
    await eventually(async () => (await rig.sql(sessions)).length === 0);
  };
  return {
    way: 'xa',
    call: (id, scheduled) => callLife(life, id, scheduled).catch(() => 0),
    disturb: async () => {
      await bury();
      life = await startLife(rig.connection);
    },
    prepared: async () => {
      const { body } = await send(life, 'prepared', { method: 'GET' });
      return (body['prepared'] as { transactionId: string }[]).map(each => each.transactionId);
    },
    available: () => rig.available(),
    dispose: async () => {
      await bury();
      await rig.dispose();
      await drop(server, rig.connection.database ?? '');
    },
  };
}

const sessions =
  'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
