/** The sweep with a participant of the kit over SQLite as it ships: its own list, its own record, signed requests. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FindingDocument } from '../../src/protocol/client/orphans';
import { type Participant } from '../../src/participant';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { call } from '../participant/support/calls';
import { type Rig } from '../participant/support/rig';
import { type Service, serve } from '../participant/support/service';
import { sqliteRig } from '../participant/support/sqliteRig';
import { lostId, newTag, sweep } from './support/sweeps';

const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const root = join(__dirname, '../..');

let rig: Rig;
let kit: Participant;
let service: Service;
let dtc: TestCoordinator;

async function start(secrets: readonly string[], signing: Readonly<Record<string, string>>): Promise<void> {
  rig = await sqliteRig();
  kit = await rig.open({ secrets });
  // whatever life the service is in, at the same address
  service = await serve({ ...kit, handle: request => kit.handle(request) });
  const env = {
    ...{ DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000', DTC_SWEEP_SAFETY_MS: '1' },
    ...{ DTC_RECOVERY_URLS: `${service.base}/prepared`, ...signing },
  };
  dtc = await startCoordinator({ env, sweeps: true });
}

afterEach(async () => {
  await dtc.close();
  await service.close();
  await rig.dispose();
});

/** The service said yes under this id, and its record is older than what the coordinator knows (a restored backup). */
async function heldPrepared(id: string): Promise<void> {
  await call(kit, 'prepare', id, { payload: { amount: 10 } });
}

it('ends what a service held prepared after its transaction had committed', async () => {
  await start([secret], { DTC_SIGNING_SECRET: secret });
  const participants = [{ url: `${service.base}/prepare`, name: 'p1', payload: { amount: 10 } }];
  const { id, status } = await dtc.run({ participants });
  expect([status, await rig.available()]).toEqual(['committed', 90]);
  await rig.dispose();
  rig = await sqliteRig();
  kit = await rig.open();
  await heldPrepared(id);
  kit = await rig.open({ secrets: [secret] });

  expect((await sweep(dtc)).findings).toMatchObject([{ kind: 'prepared', transactionId: id }]);
  expect((await sweep(dtc)).actions).toMatchObject([{ action: 'commit', transactionId: id, result: 'done' }]);
  expect(await sweep(dtc)).toMatchObject({ findings: [], counts: { entries: 0 } });
  expect(await rig.available()).toBe(90);
});

it('cannot read the list of a service that asks for another signature, and says so', async () => {
  await start([secret], {});
  expect((await sweep(dtc)).findings).toMatchObject([{ kind: 'unreachable', why: 'answered 401' }]);
});

it.each<[string, 'command' | 'curl', string, number]>([
  ['the kit’s command', 'command', 'commit', 90],
  ['plain curl', 'curl', 'rollback', 100],
])('an unknown id is settled with the command in the report: %s', async (_what, member, decision, left) => {
  await start([], {});
  const id = lostId(dtc);
  await heldPrepared(id);
  const [finding] = (await sweep(dtc)).findings as [FindingDocument];
  expect(finding).toMatchObject({ kind: 'unknown', transactionId: id });
  const command = finding[member] ?? '';
  await run(command, {}).catch(() => undefined);
  expect((await sweep(dtc)).counts.unknown).toBe(1); // harmless as it stands: nobody has decided
  await run(command, { DECISION: decision, REASON: 'asked the hotel' });
  expect((await sweep(dtc)).findings).toEqual([]);
  expect(await rig.available()).toBe(left);
});

const nightList = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8').match(
  /curl -s .*\$A\/orphans \| jq -r .*@tsv.*/,
)?.[0];
const itWithJq = spawnSync('jq', ['--version']).status === 0 ? it : it.skip;

itWithJq('the list for the night prints the command and the curl of each, as they can be run', async () => {
  await start([], {});
  const id = lostId(dtc);
  await heldPrepared(id);
  const [finding] = (await sweep(dtc)).findings as [FindingDocument];
  const printed = (await run(nightList ?? '', { A: dtc.url, AUTH: '' })).split('\n');
  expect(printed).toEqual([expect.stringContaining(id), finding.command, finding.curl, '']);
  await run(printed[2] ?? '', { DECISION: 'rollback' });
  expect((await sweep(dtc)).findings).toEqual([]);
});

/** As an operator's shell does, but for the build that `npm run` begins with. */
function run(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  const quick = command.replace(/^npm run settle-participant --/, 'node dist/src/settleParticipant/main.js');
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', quick], { cwd: root, env: { ...process.env, ...env } }, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(err));
    });
  });
}
