/**
 * After the configured attempts a transaction needs attention (PROTOCOL §2): document, search attribute and log line say so,
 * retries go on for ever at growing intervals, and it clears when nobody is outstanding.
 */
import { type WorkflowLine, workflowLog } from '../support/coordinator';
import { quick } from '../support/quick';
import { expectAllAsDecided } from '../support/statefulParticipant';
import { untilListed } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInRollback } from './stuck';

const attentionRetryMs = 1200;
const world = useWorld({ limits: { ...quick, attentionRetryMs } });

it.each([
  ['commit', 'committing', stuckInCommit],
  ['rollback', 'rollingBack', stuckInRollback],
] as const)('shows attention of a %s everywhere, and clears it', async (decision, state, stick) => {
  const { dtc, participants } = world;
  const { id, healthy, broken, mend } = await stick(world);
  expect(participants.requests(id, broken.name, decision).length).toBeGreaterThanOrEqual(3);
  const raised = await dtc.get(id);
  expect(raised).toMatchObject({ state, decision, needsAttention: true });
  expect(raised.participants[1]).toMatchObject({ state, lastError: { code: 'unavailable', status: 503 } });
  const lines = (): WorkflowLine[] =>
    workflowLog.filter(line => line.fields['transactionId'] === id && /attention/.test(line.message));
  await eventually(() => lines().length > 0);
  expect(lines()).toMatchObject([{ level: 'WARN', fields: { participant: 'p2', attempts: 3 } }]);
  await untilListed(id, `NeedsAttention = true AND TransactionState = '${state}'`);

  mend();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.needsAttention).toBe(false);
  expect(lines()).toHaveLength(1);
  expectAllAsDecided(document, [healthy, broken]);
  await untilListed(id, `NeedsAttention = false AND TransactionState = '${document.state}'`);
});

it('goes on asking at intervals that grow to the longest, and says when the next is due', async () => {
  const { dtc, participants } = world;
  const { id, broken, mend } = await stuckInCommit(world);
  const asked = (): number[] => participants.requests(id, broken.name, 'commit').map(r => r.at);
  const gaps = (): number[] =>
    asked()
      .map((at, i, all) => at - (all[i - 1] ?? at))
      .slice(1);
  await eventually(() => gaps().filter(gap => gap >= attentionRetryMs / 2).length >= 2);
  expect(Math.min(...gaps().slice(0, 3))).toBeLessThan(attentionRetryMs / 2);
  const waiting = await dtc.until(id, d => d.participants[1]?.nextAttemptAt !== undefined);
  const due = Date.parse(waiting.participants[1]?.nextAttemptAt ?? '') - Date.now();
  expect(due).toBeLessThanOrEqual(attentionRetryMs);
  expect(waiting.participants[1]?.attempts).toBeGreaterThanOrEqual(asked().length - 1);
  mend();
  await dtc.until(id, d => d.endedAt !== undefined);
});

it('clears when an operator settles the last one', async () => {
  const { dtc } = world;
  const { id } = await stuckInCommit(world);
  await dtc.act(id, 'resolve', { participant: 'p2', outcome: 'unknown', reason: 'gone for good' });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ needsAttention: false, heuristic: 'hazard' });
});
