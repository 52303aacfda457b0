/** PROTOCOL §2, `onCommitFailure: "rollback"`: giving up happens once, ends every commit, and no commit follows it. */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { quick } from '../support/quick';
import { reset, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });
const provisional = { onCommitFailure: 'rollback' } as const;

/** Of the requests after the first rollback, none is a commit. */
function expectNoCommitAfterRollback({ id }: TransactionDocument): void {
  const phases = world.participants.requests(id).map(r => r.phase);
  const first = phases.indexOf('rollback');
  expect(first).toBeGreaterThan(0);
  expect(phases.slice(first)).not.toContain('commit');
}

it('gives the commits of the others up, and reports a hazard where one may have happened', async () => {
  const { dtc, participants } = world;
  const refuses = statefulParticipant(participants, 'refuses', {
    fault: r => (r.phase === 'commit' ? { instead: 503 } : undefined),
  });
  const busy = statefulParticipant(participants, 'busy', {
    fault: r =>
      r.phase === 'commit'
        ? { instead: response => response.writeHead(503, { 'retry-after': '60' }).end() }
        : undefined,
  });
  const document = await dtc.run({ participants: [refuses.url, busy.url], ...provisional });
  expect(document).toMatchObject({
    status: 'rolledback',
    decision: 'rollback',
    heuristic: 'hazard',
    reason: { code: 'commitFailure', participant: 'p1' },
    participants: [{ state: 'rolledback' }, { state: 'rolledback' }],
  });
  expect(participants.requests(document.id, 'refuses', 'commit')).toHaveLength(3);
  expectNoCommitAfterRollback(document);
});

it('leaves an acknowledged commit alone, and says that the outcome is mixed', async () => {
  const { dtc, participants } = world;
  const done = statefulParticipant(participants, 'done');
  const gone = statefulParticipant(participants, 'gone', {
    fault: r => (r.phase === 'commit' ? { instead: reset } : undefined),
  });
  const document = await dtc.run({ participants: [done.url, gone.url], ...provisional });
  expect(document).toMatchObject({ status: 'rolledback', heuristic: 'mixed' });
  expect(participants.phases(document.id, 'done')).toEqual(['prepare', 'commit']);
  expect([done.holds(document.id), gone.holds(document.id)]).toEqual(['committed', 'rolledback']);
  expectNoCommitAfterRollback(document);
});

it('decides nothing while committing, can no longer be aborted, and commits when all acknowledge', async () => {
  const { dtc, participants } = world;
  const slow = statefulParticipant(participants, 'slow', {
    fault: r => (r.phase === 'commit' && r.nth === 1 ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start({ participants: [slow.url], ...provisional });
  await eventually(() => participants.requests(id, 'slow', 'commit').length === 1);
  expect(await dtc.get(id)).toMatchObject({ state: 'committing', decision: null });
  expect((await dtc.act(id, 'abort')).status).toBe(409);
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'committed', decision: 'commit' });
  expect(document).not.toHaveProperty('heuristic');
});
