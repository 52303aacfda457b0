/**
 * I5: a participant that is simply gone does not keep a rolled back transaction `pending`; but it stays `rollingBack`, and
 * is told for as long as it takes. What that costs the history is bounded.
 */
import { type Participants, startParticipants } from '../support/participants';
import { quick } from '../support/quick';
import { type Held, expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { stuckInRollback } from './stuck';

const tiny = { retryInitialMs: 1, retryMaxMs: 2, attentionRetryMs: 4 };
const world = useWorld({ limits: { ...quick, ...tiny }, own: true });
const port = (participants: Participants): number => Number(new URL(participants.origin).port);

it('reports rolledback once one rollback request to a participant without a vote has ended', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'a');
  const host = await startParticipants();
  const disk = new Map<string, Held>();
  const mute = { fault: () => ({ answer: silence }), disk };
  const gone = statefulParticipant(host, 'gone', mute); // prepared, and nobody knows
  const { id } = await dtc.start([a.url, gone.url]);
  await eventually(() => gone.holds(id) === 'prepared');
  await host.close();
  const early = await dtc.until(id, d => d.status === 'rolledback');
  expect(early).toMatchObject({ state: 'rollingBack', decision: 'rollback' });
  expect(early).not.toHaveProperty('endedAt');
  expect((await dtc.until(id, d => d.needsAttention)).status).toBe('rolledback');

  expect((await dtc.act(id, 'retry')).status).toBe(200);
  for (let n = 0; n < 5; n += 1) expect(await dtc.get(id)).toMatchObject({ status: 'rolledback' });
  await dtc.stopWorker();
  expect(await dtc.get(id)).toMatchObject({ status: 'rolledback', state: 'rollingBack' });
  await dtc.startWorker();

  const back = await startParticipants(port(host));
  statefulParticipant(back, 'gone', { disk });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', state: 'rolledback', needsAttention: false });
  expectAllAsDecided(document, [a, gone]);
  await back.close();
});

it('reports rolledback of one that voted yes only when its attempts are used up', async () => {
  const { dtc, participants } = world;
  const { id, healthy, broken, mend } = await stuckInRollback(world);
  const asked = participants.requests(id, broken.name, 'rollback');
  expect(asked.length).toBeGreaterThanOrEqual(3);
  expect(await dtc.get(id)).toMatchObject({
    status: 'rolledback',
    state: 'rollingBack',
    needsAttention: true,
  });
  mend();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expectAllAsDecided(document, [healthy, broken]);
});
