/** PROTOCOL §4: `temporal workflow terminate` stops the transaction, not its promise: reading it says so plainly (I5). */
import { signal, temporalWorkflow, update } from '../support/temporalCli';
import { quick } from '../support/quick';
import { silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('says interrupted, and that somebody must look, of a transaction that was terminated while preparing', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a', {
    fault: r => (r.phase === 'prepare' ? { answer: silence } : undefined),
  });
  const { id } = await dtc.start([a.url]);
  await eventually(() => a.holds(id) === 'prepared');
  await temporalWorkflow('terminate', id, '--reason', 'a slip');
  const document = await dtc.until(id, d => d.state === 'interrupted', 3000);
  expect(document).toMatchObject({ status: 'pending', decision: null, needsAttention: true });
  expect(document).not.toHaveProperty('endedAt');

  const response = await dtc.act(id, 'abort');
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({
    detail: expect.stringContaining('ended from outside') as unknown,
  });
  await expect(signal(id, 'abort')).rejects.toThrow(/workflow execution already completed/);
  expect((await update(id, 'abort')).refusal).toMatch(/already completed/);
});

it('keeps the decision and the participants that were told of', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'commit' ? { instead: 503 } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url]);
  await dtc.until(id, d => d.needsAttention);
  await temporalWorkflow('terminate', id);
  const document = await dtc.until(id, d => d.state === 'interrupted', 3000);
  expect(document).toMatchObject({ status: 'pending', decision: 'commit', needsAttention: true });
  expect(document.participants).toMatchObject([{ state: 'committed' }, { state: 'committing' }]);
});

it('does not take a reported rolledback back', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' ? { instead: silence } : undefined),
  });
  const { id } = await dtc.start([a.url, b.url]);
  const reported = await dtc.until(id, d => d.status === 'rolledback');
  expect(reported.state).toBe('rollingBack');
  await temporalWorkflow('terminate', id);
  const document = await dtc.until(id, d => d.state === 'interrupted', 3000);
  expect(document).toMatchObject({ status: 'rolledback', decision: 'rollback', needsAttention: true });
});
