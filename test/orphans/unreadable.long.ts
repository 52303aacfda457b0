/** A run that makes no sense, started by hand or by a newer coordinator, is a finding, and keeps no other one waiting. */
import { settlingMs } from '../../src/protocol/orphans/plan';
import { timedId } from '../../src/protocol/wire/ids';
import { bundleWith } from '../replay/bundles';
import { eventually } from '../support/until';
import { ended, sweep, useSweeps } from './support/sweeps';

const world = useSweeps({ env: { DTC_STUCK_AFTER_MS: '1000' } });

/** What tells a transaction from another program's workflow of that name. */
const ofAnotherVersion = { requestHash: 'another', participants: ['p1'] };

/** Not as the coordinator starts one. */
async function startByHand(args: readonly unknown[], memo = {}): Promise<string> {
  const { dtc } = world;
  const id = timedId(dtc.tag, Date.now());
  await dtc.client.workflow.start('transaction', {
    workflowId: id,
    taskQueue: dtc.taskQueue,
    args: [...args],
    memo,
  });
  return id;
}

it('is stuck while it runs and interrupted when it was ended, and the others are taken up', async () => {
  const { dtc, participants } = world;
  const id = await startByHand([]);
  participants.on('down', ({ phase }) => (phase === 'commit' ? 503 : 200));
  const other = await dtc.start([participants.url('down')]);
  await dtc.until(other.id, d => d.state === 'committing');
  const startedAt = Date.now();
  await dtc.client.workflow.getHandle(other.id).terminate();
  await eventually(() => Date.now() > startedAt + settlingMs);
  const whileItRuns = await sweep(dtc);
  const unread = expect.stringContaining("none of this coordinator's") as string;
  expect(whileItRuns.findings).toContainEqual(
    expect.objectContaining({ kind: 'stuck', transactionId: id, why: unread }),
  );
  expect(whileItRuns.actions).toMatchObject([{ transactionId: other.id, result: 'done' }]);

  await dtc.client.workflow.getHandle(other.id).terminate();
  await dtc.client.workflow.getHandle(id).terminate();
  const endedAt = Date.now();
  await eventually(() => Date.now() > endedAt + settlingMs);
  participants.on('down', () => 200);
  const { actions, findings } = await sweep(dtc);
  expect(findings).toContainEqual(
    expect.objectContaining({ kind: 'interrupted', transactionId: id, why: unread }),
  );
  expect(actions).toHaveLength(2);
  expect(actions).toContainEqual(expect.objectContaining({ transactionId: other.id, result: 'done' }));
  await dtc.until(other.id, d => d.status === 'committed');
});

it('is not sent its decision where its request cannot be read, and the others are', async () => {
  const { dtc, participants, list } = world;
  const known = await ended({ dtc, participants }, 'committed');
  await dtc.stopWorker();
  await dtc.startWorker(
    bundleWith({
      what: 'an input of another version',
      replace: 'const heard = (0, heard_1.hearing)(',
      by: 'input.accepted ??= input.novel; input.version = 1; const heard = (0, heard_1.hearing)(',
    }),
  );
  const { events } = await dtc.client.workflow.getHandle(known).fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const { accepted } = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { accepted: unknown };
  const id = await startByHand([{ version: 99, novel: accepted }], ofAnotherVersion);
  await dtc.client.workflow.getHandle(id).result();
  list.entries = [id, known].map(transactionId => ({ transactionId, participant: 'p1' }));
  await sweep(dtc);
  const { actions } = await sweep(dtc);
  expect(actions.filter(({ action }) => action === 'commit')).toMatchObject([
    { transactionId: id, result: expect.stringContaining('cannot read it') as string },
    { transactionId: known, result: 'done' },
  ]);
  expect(list.sent).toMatchObject([{ transactionId: known, phase: 'commit' }]);
});
