/** I2, I5: a participant that commits and dies before answering is asked again when it is back; `committed` waits for it. */
import { startParticipants } from '../support/participants';
import { quick } from '../support/quick';
import { type Held, expectAllAsDecided, reset, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('stays pending while a committed participant is down, and ends committed when it is back', async () => {
  const { dtc, participants } = world;
  const disk = new Map<string, Held>();
  const mortal = await startParticipants();
  const a = statefulParticipant(participants, 'a');
  const dies = statefulParticipant(mortal, 'dies', {
    disk,
    fault: r => (r.phase === 'commit' ? { answer: reset } : undefined),
  });
  const { id } = await dtc.start([a.url, dies.url]);
  await eventually(() => dies.holds(id) === 'committed');
  await mortal.close();
  const down = await dtc.until(id, d => d.participants[1]?.lastError?.code === 'connection');
  expect(down).toMatchObject({ status: 'pending', decision: 'commit', state: 'committing' });

  const restarted = await startParticipants(Number(new URL(mortal.origin).port));
  const again = statefulParticipant(restarted, 'dies', { disk });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expect(again.answers(id)).toEqual(['commit 200']);
  expectAllAsDecided(document, [a, dies]); // one effect, in the life before
  await restarted.close();
});
