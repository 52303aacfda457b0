/** Crashes of the service and of the server. `MYSQL_KILL` is a command that crashes the server, which then comes back. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createParticipant, mysqlStore, type Participant } from '../../../src/participant';
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
import { opening } from '../support/rig';

const root = join(__dirname, '../../..');
const kill = process.env['MYSQL_KILL'];
const payload = { amount: 1 };

whereMysqlRuns('MySQL and MariaDB, crashes', () => {
  let database: Database;
  let service: Participant;

  beforeEach(async () => {
    database = await newDatabase();
    await mintCoins(database);
  });
  afterEach(async () => {
    await service.close();
    await database.dispose();
  });

  const open = async (): Promise<void> => {
    service = await createParticipant({
      log: quiet,
      store: await mysqlStore(database.url),
      xa: xaOver(plainly),
    });
  };
  const ended = async (phase: 'prepare' | 'commit' | 'rollback', id: string): Promise<number> => {
    let status = 0;
    await eventually(async () => {
      status = (await call(service, phase, id, { payload })).status;
      return status !== 503;
    });
    return status;
  };

  it('of the service leave no transaction half done, whatever it was at', async () => {
    let committed = 0;
    for (const answers of [1, 1, 2, 3, 5, 8, 13, 21]) {
      const ids = Array.from({ length: 30 }, newId);
      const voted = await killedAfter(answers, database.url, ids);
      await open();
      for (const id of ids) expect(await ended('prepare', id)).toBe(200);
      expect(voted.length).toBeGreaterThanOrEqual(answers);
      for (const [n, id] of ids.entries())
        expect(await ended(n % 5 === 0 ? 'commit' : 'rollback', id)).toBe(200);
      committed += 6;
      expect((await service.prepared()).prepared).toEqual([]);
      expect(await count(database, 'coin')).toBe(opening - committed);
      await service.close();
    }
    await open();
  });

  (kill === undefined ? it.skip : it)('of the server leave what is prepared prepared', async () => {
    await open();
    const ids = Array.from({ length: 10 }, newId);
    for (const id of ids) expect(await ended('prepare', id)).toBe(200);
    database.outside.on('error', () => undefined);
    execFileSync('sh', ['-c', kill ?? '']);
    await eventually(async () => {
      await database.reconnect().catch(() => undefined);
      return (await call(service, 'prepare', newId(), { payload: { amount: 91 } })).status === 409;
    });
    for (const [n, id] of ids.entries()) expect(await ended(n < 5 ? 'commit' : 'rollback', id)).toBe(200);
    expect((await service.prepared()).prepared).toEqual([]);
    expect(await count(database, 'coin')).toBe(95);
  });
});

/** The ids that a service, killed once it had given so many votes, had voted for. */
async function killedAfter(answers: number, url: string, ids: readonly string[]): Promise<string[]> {
  const script = join(root, 'test/participant/support/mysqlService.mjs');
  const kit = join(root, 'dist/src/participant/index.js');
  const child = spawn(process.execPath, [script, kit, url, ...ids], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const voted: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [, id, status] = /^answered (\S+) (\d+)$/.exec(line) ?? [];
    if (id !== undefined && status === '200') voted.push(id);
    if (voted.length >= answers) child.kill('SIGKILL');
  }
  await exit;
  return voted;
}
