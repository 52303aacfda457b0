/**
 * I2: a forced outcome is recorded beside the decision, never over it; `status` follows the decision, and XA's heuristics
 * say where somebody ended, or may have ended, otherwise (PROTOCOL §3).
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { quick } from '../support/quick';
import { type StatefulParticipant, gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInRollback } from './stuck';

const world = useWorld({ limits: quick });

it.each([
  ['commit', 'committed', undefined],
  ['commit', 'rolledback', 'mixed'],
  ['commit', 'unknown', 'hazard'],
  ['rollback', 'rolledback', undefined],
  ['rollback', 'committed', 'mixed'],
  ['rollback', 'unknown', 'hazard'],
])('decided %s and forced %s is reported as %s', async (decision, outcome, heuristic) => {
  const { dtc, participants } = world;
  const { id, broken } = await (decision === 'commit' ? stuckInCommit(world) : stuckInRollback(world));
  const reason = 'its disk is gone';
  expect((await dtc.act(id, 'resolve', { participant: 'p2', outcome, reason })).status).toBe(200);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({
    status: decision === 'commit' ? 'committed' : 'rolledback',
    decision,
    needsAttention: false,
  });
  expect(document.heuristic).toBe(heuristic);
  expect(document.participants[1]).toMatchObject({
    state: 'forced',
    forced: { outcome, by: 'anonymous', reason },
  });
  const asked = participants.requests(id, broken.name).length;
  const other = decision === 'commit' ? 'rollback' : 'commit';
  expect(participants.requests(id, undefined, other)).toEqual([]); // forced against it, nobody is sent the other phase
  expect(participants.requests(id, broken.name)).toHaveLength(asked);
});

it('cuts only the resolved call off: another one is still waited for', async () => {
  const { dtc, participants } = world;
  const [b, c] = ['twoB', 'twoC'].map(name =>
    statefulParticipant(participants, name, {
      fault: r =>
        r.phase === 'commit' && r.nth < (name === 'twoB' ? 1000 : 12) ? { instead: 503 } : undefined,
    }),
  );
  const { id } = await dtc.start([b?.url, c?.url]);
  await dtc.until(id, d => d.participants.every(p => p.attempts >= 3) && d.needsAttention);
  const word = { participant: 'p1', outcome: 'committed', reason: 'looked' };
  const left = (await (await dtc.act(id, 'resolve', word)).json()) as TransactionDocument;
  expect(left).toMatchObject({
    status: 'pending',
    participants: [{ state: 'forced' }, { state: 'committing' }],
  });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expect(c?.holds(id)).toBe('committed');
});

it.each([
  ['rolledback', 'commit', 'mixed'],
  ['unknown', undefined, 'hazard'],
])('reports the answer of a call in flight beside a forced %s', async (outcome, contradicted, heuristic) => {
  const { dtc } = world;
  const answer = gate();
  const { id, slow } = await inFlight(answer.passed);
  const forced = await dtc.act(id, 'resolve', { participant: 'p2', outcome, reason: 'it is quiet' });
  expect(forced.status).toBe(200);
  answer.open(); // the round's request, which forcing p2 does not cut off
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(slow.holds(id)).toBe('committed');
  expect(document).toMatchObject({ status: 'committed', decision: 'commit', heuristic });
  expect(document.participants[1]).toMatchObject({ state: 'forced', forced: { outcome } });
  expect(document.participants[1]?.contradiction?.answer).toBe(contradicted);
});

/** Committing; p2 commits and answers when `answered` resolves. */
async function inFlight(answered: Promise<void>): Promise<{ id: string; slow: StatefulParticipant }> {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const slow = statefulParticipant(participants, 'slow', {
    fault: r => (r.phase === 'commit' ? { after: answered } : undefined),
  });
  const { id } = await dtc.start([a.url, { url: slow.url, timeoutMs: 5000 }]);
  await eventually(() => participants.requests(id, 'slow', 'commit').length > 0);
  return { id, slow };
}
