/**
 * Many act on one transaction at once. Temporal keeps ten updates of a workflow waiting and turns the others away for the moment: that
 * is waited out, for longer than a worker that is not there.
 */
import { expectAllAsDecided } from '../support/statefulParticipant';
import { useWorld } from '../support/world';
import { stuckInCommit } from './stuck';

const world = useWorld();

it('answers everybody who asks for a retry', async () => {
  const { dtc } = world;
  const { id, mend, healthy, broken } = await stuckInCommit(world);
  const answers = await Promise.all(Array.from({ length: 30 }, () => dtc.act(id, 'retry')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { actions } = await dtc.get(id);
  expect(actions).toMatchObject([{ action: 'retryNow', times: 30 }]); // each once, however often it was sent
  mend();
  expectAllAsDecided(await dtc.until(id, d => d.endedAt !== undefined), [healthy, broken]);
});
