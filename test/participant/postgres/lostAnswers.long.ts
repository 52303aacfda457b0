/** A statement was done and its answer lost: the caller is told to try again, and the repeat finds what was done. */
import { type Phase } from '../../../src/protocol/wire/phases';
import { call, newId } from '../support/calls';
import { type Proxy, startProxy } from '../../support/proxy';
import { usePostgres } from '../support/postgres';
import { postgresRig, type PostgresRig, type Way } from '../support/postgresRig';
import { opening } from '../support/rig';

const server = usePostgres();
let way: Proxy;
let rig: PostgresRig;

beforeEach(async () => {
  way = await startProxy(server().connection);
});
afterEach(async () => {
  await rig.dispose();
  await way.close();
});

const localCommit = 'COMMIT\0'; // as it goes over the wire, and COMMIT PREPARED does not

it.each<[Way, Phase, string, number]>([
  ['reservation', 'prepare', localCommit, 90],
  ['reservation', 'commit', localCommit, 90],
  ['reservation', 'rollback', localCommit, opening],
  ['xa', 'prepare', localCommit, 90],
  ['xa', 'prepare', 'PREPARE TRANSACTION', 90],
  ['xa', 'commit', 'COMMIT PREPARED', 90],
  ['xa', 'commit', localCommit, 90],
  ['xa', 'rollback', 'ROLLBACK PREPARED', opening],
])('in %s, to %s, where %j is not answered', async (how, phase, statement, left) => {
  rig = await postgresRig(server(), how, { port: way.port });
  const service = await rig.open();
  const id = newId();
  const ask = async (asked: Phase): Promise<number> => (await call(service, asked, id)).status;
  if (phase !== 'prepare') expect(await ask('prepare')).toBe(200);

  way.loseAnswerTo(statement);
  expect([await ask(phase), way.lost()]).toEqual([503, 1]);

  expect(await ask(phase)).toBe(200);
  if (phase === 'prepare') expect(await ask('commit')).toBe(200);
  expect([rig.prepares(), await rig.available()]).toEqual([1, left]);
  expect(await rig.sql('SELECT FROM pg_prepared_xacts')).toEqual([]);
});
