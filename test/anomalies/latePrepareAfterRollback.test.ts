/** I4: a prepare that arrives after its rollback is undone by the late rollback, which goes on until it is acknowledged. */
import { quick } from '../support/quick';
import { expectAllAsDecided, gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

it('rolls back again, until acknowledged, once no prepare can be on its way', async () => {
  const { dtc, participants } = world;
  const network = gate();
  const a = statefulParticipant(participants, 'a');
  const forgetful = statefulParticipant(participants, 'forgetful', {
    remembersRollbacks: false,
    fault: r => {
      if (r.phase === 'prepare') return { after: network.passed };
      return r.phase === 'rollback' && r.nth > 1 && r.nth < 6 ? { instead: 503 } : undefined;
    },
  });
  const { id, decideBy } = await dtc.start([a.url, forgetful.url]);
  await eventually(() => participants.requests(id, 'forgetful', 'prepare').length === 1);
  expect((await dtc.act(id, 'abort')).status).toBe(200);
  await eventually(() => forgetful.answers(id).includes('rollback 200'));
  network.open(); // the prepare arrives, before decideBy, at a participant that has forgotten its rollback
  await eventually(() => forgetful.holds(id) === 'prepared');
  expect(await dtc.get(id)).toMatchObject({ status: 'rolledback', state: 'rollingBack' });

  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expectAllAsDecided(document, [a, forgetful]);
  const late = participants.requests(id, 'forgetful', 'rollback').slice(1);
  expect(late).toHaveLength(5); // four answered 503
  const quietAt = Date.parse(decideBy) + 400 + 1000;
  for (const request of late) expect(request.at).toBeGreaterThanOrEqual(quietAt);
  expect(participants.phases(id, 'a')).toEqual(['prepare', 'rollback']); // it is not loose
});
