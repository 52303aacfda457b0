/**
 * Temporal's database is lost, and there is no copy. A coordinator that starts on an empty one with the old tag
 * reports what a participant still holds prepared, touches nothing, and the command of the report settles it; with another
 * tag it is another coordinator's.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { createBankProcess, type BankProcess } from '../bank/support/bankProcess';
import { newFolder, newPlace, ROOT, settings } from '../devServer/fixture';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess } from '../support/processes';
import { eventually } from '../support/until';

const run = promisify(execFile);

let bank: BankProcess;
let participants: Participants;

beforeAll(async () => {
  participants = await startParticipants();
  const store = join(newFolder(), 'south.db');
  bank = await createBankProcess({
    name: 'south',
    store,
    opening: { alice: 1000 },
    coordinator: 'http://127.0.0.1:9',
  });
  await bank.start();
});
afterAll(async () => {
  await bank.kill();
  await endProcesses();
  await participants.close();
});

/** On an empty database; it has swept at least once. */
async function startAnew(tag: string): Promise<CoordinatorProcess> {
  const dtc = await startProcess({
    ...settings(await newPlace()),
    DTC_COORDINATOR_ID: tag,
    DTC_RECOVERY_URLS: `${bank.base}/prepared`,
    DTC_SWEEP_INTERVAL_MS: '1000',
    DTC_SWEEP_SAFETY_MS: '1',
  });
  await eventually(async () => (await orphans(dtc)).sweptAt !== undefined);
  return dtc;
}

async function orphans({ url }: CoordinatorProcess): Promise<OrphansDocument> {
  return (await fetch(`${url}/orphans`)).json() as Promise<OrphansDocument>;
}

it('reports what is prepared with the command that settles it, and touches nothing until somebody runs that', async () => {
  const lost = await startAnew('old');
  participants.on('silent', () => () => undefined);
  const payload = { account: 'alice', amount: -5 };
  const south = { name: 'south', url: `${bank.base}/prepare`, payload };
  const { id } = await post(lost.url, { participants: [participants.url('silent'), south] });
  await eventually(async () => (await bank.prepared()).length === 1);
  await lost.kill();

  const other = await startAnew('other');
  expect(await orphans(other)).toMatchObject({ findings: [], counts: { entries: 1, foreign: 1 } });
  await other.stop();

  const same = await startAnew('old');
  const answer = await fetch(`${same.url}/transactions/${id}`);
  expect(answer.status).toBe(404);
  const first = await orphans(same);
  expect(first.findings).toMatchObject([{ kind: 'unknown', transactionId: id, participant: 'south' }]);
  await eventually(async () => (await orphans(same)).sweptAt !== first.sweptAt);
  expect(await orphans(same)).toMatchObject({ actions: [], counts: { unknown: 1 } });
  expect(await bank.prepared()).toHaveLength(1);

  await settle(first.findings[0]?.command ?? '');
  expect(await bank.prepared()).toEqual([]);
  expect(await bank.accounts()).toEqual({ alice: 1000 });
  await eventually(async () => (await orphans(same)).findings.length === 0);
});

function settle(command: string): Promise<unknown> {
  const env = { ...process.env, DECISION: 'rollback', REASON: 'nobody has committed' };
  return run('sh', ['-c', command], { cwd: ROOT, env });
}
