/** A heuristic outcome needs a person although the transaction has ended: it is found by a search, in the log, and on its page. */
import { type WorkflowLine, workflowLog } from '../support/coordinator';
import { quick } from '../support/quick';
import { statefulParticipant, silence } from '../support/statefulParticipant';
import { temporalWorkflow, untilListed } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInRollback } from './stuck';

const world = useWorld({ limits: quick });

const ends = (id: string): WorkflowLine[] =>
  workflowLog.filter(({ message, fields }) => fields['transactionId'] === id && message.startsWith('ended'));

async function expectFound(id: string, heuristic: string, of: readonly object[]): Promise<void> {
  const { dtc } = world;
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ heuristic, needsAttention: false });
  const named = document.participants.flatMap(p =>
    p.heuristic === undefined ? [] : [{ participant: p.name, heuristic: p.heuristic }],
  );
  expect(named).toEqual(of);
  await eventually(() => ends(id).length > 0);
  expect(ends(id)).toMatchObject([{ level: 'WARN', fields: { heuristic, of } }]);
  await untilListed(id, `TransactionHeuristic = '${heuristic}' AND ExecutionStatus = 'Completed'`);
  await untilListed(id, 'TransactionHeuristic IS NOT NULL');
}

it.each([
  ['commit', 'rolledback', 'mixed', stuckInCommit],
  ['rollback', 'unknown', 'hazard', stuckInRollback],
] as const)('is found where %s was decided and a participant is forced %s', async (_, outcome, as, stick) => {
  const { id } = await stick(world);
  await world.dtc.act(id, 'resolve', { participant: 'p2', outcome, reason: 'gone for good' });
  await expectFound(id, as, [{ participant: 'p2', heuristic: as }]);
  const details = await temporalWorkflow('metadata', id);
  expect(details).toContain(
    as === 'mixed' ? 'Ended otherwise than decided: p2.' : 'May have ended otherwise',
  );
});

it('is found where a provisional commit was given up, with who ended otherwise and who may have', async () => {
  const { dtc, participants } = world;
  const done = statefulParticipant(participants, 'done');
  const hangs = statefulParticipant(participants, 'hangs', {
    fault: r => (r.phase === 'commit' ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start({ participants: [done.url, hangs.url], onCommitFailure: 'rollback' });
  await expectFound(id, 'mixed', [
    { participant: 'p1', heuristic: 'mixed' },
    { participant: 'p2', heuristic: 'hazard' },
  ]);
});

it('is not said of one that ended as decided', async () => {
  const { dtc, participants } = world;
  const { id } = await dtc.run([participants.url('a')]);
  await eventually(() => ends(id).length > 0);
  expect(ends(id)).toMatchObject([{ level: 'INFO' }]);
  await untilListed(id, "TransactionHeuristic IS NULL AND TransactionState = 'committed'");
});
