/**
 * I10: the window itself, on a real server: its database refuses to record of the transaction that its notification was started, and
 * meanwhile the transaction is terminated. The notification is there with one event, and begins when the transaction is taken up again, or
 * by the command that the report names.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite, { type default as Database } from 'libsql';
import { wakeSignal } from '../../workflows/notification/messages';
import { notificationKey } from '../../src/protocol/notification/steps';
import { newTag, sweep } from '../orphans/support/sweeps';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, startParticipants } from '../support/participants';
import { type Receivers, startReceivers } from '../support/receivers';
import { eventually } from '../support/until';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const file = join(tmpdir(), `dtc-test-${randomUUID()}.db`);
let server: OwnServer;
let database: Database.Database;
let participants: Participants;
let receivers: Receivers;
let dtc: TestCoordinator;

beforeAll(async () => {
  server = await startOwnServer(undefined, file);
  database = new Sqlite(file, { timeout: 10_000 });
  participants = await startParticipants();
  receivers = await startReceivers(secret);
  const env = {
    ...{ DTC_COORDINATOR_ID: newTag(), DTC_SIGNING_SECRET: secret },
    ...{ DTC_SWEEP_INTERVAL_MS: '86400000', DTC_STUCK_AFTER_MS: '1000' },
  };
  dtc = await startCoordinator({ temporalAddress: server.address, sweeps: true, env });
  await dtc.run({ participants: [participants.url('warm')], timeoutMs: 30_000 });
}, 60_000);

afterAll(async () => {
  await dtc.close();
  await participants.close();
  await receivers.close();
  database.close();
  await server.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
});

/** @returns of a transaction that was terminated when its notification was there, and that was not recorded of it */
async function terminatedInBetween(): Promise<string> {
  database.exec(`CREATE TRIGGER unrecorded BEFORE UPDATE ON executions
    WHEN CAST(OLD.workflow_id AS TEXT) NOT LIKE 'notification:%' AND EXISTS (SELECT 1 FROM executions
      WHERE CAST(workflow_id AS TEXT) = 'notification:' || CAST(OLD.workflow_id AS TEXT) || ':outcome')
    BEGIN SELECT RAISE(FAIL, 'no answer'); END`);
  const notify = { url: receivers.url('shop') };
  const { id } = await dtc.start({ participants: [participants.url('a')], notify });
  const { workflow } = dtc.client;
  const isThere = async (): Promise<boolean> => {
    const found = await workflow
      .getHandle(notificationKey(id, 'outcome'))
      .describe()
      .catch(() => undefined);
    return found !== undefined;
  };
  await eventually(isThere, 20_000);
  await sleep(2_000); // Temporal has tried to record it, and tries again ever more seldom
  database.exec('DROP TRIGGER unrecorded');
  await workflow.getHandle(id).terminate('in between');
  return id;
}

async function eventsOf(id: string): Promise<number> {
  const handle = dtc.client.workflow.getHandle(notificationKey(id, 'outcome'));
  return (await handle.describe()).historyLength;
}

it('is woken when its transaction is taken up again', async () => {
  const id = await terminatedInBetween();
  expect(await eventsOf(id)).toBe(1);
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await eventually(() => receivers.of(id).length > 0);
  await dtc.until(id, d => d.endedAt !== undefined);
  expect(receivers.of(id).map(each => each.id)).toEqual([`${id}/outcome`]);
});

it('is listed with the command by which it begins', async () => {
  const id = await terminatedInBetween();
  const key = notificationKey(id, 'outcome');
  const told = async (): Promise<string | undefined> => {
    const { findings } = await sweep(dtc);
    return findings.find(each => each.kind === 'undelivered' && each.transactionId === id)?.command;
  };
  await eventually(async () => (await told()) !== undefined, 20_000);
  expect(await told()).toContain(`temporal workflow signal --workflow-id ${key} --name wake`);
  await dtc.client.workflow.getHandle(key).signal(wakeSignal);
  await eventually(() => receivers.of(id).length > 0);
});
