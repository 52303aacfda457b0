/** I5, and PROTOCOL §2: a participant that is away is told for as long as it takes, and that costs the history nothing. */
import { quick } from '../support/quick';
import { expectAllAsDecided } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { stuckInCommit } from './stuck';

const tiny = { retryInitialMs: 1, retryMaxMs: 2, attentionRetryMs: 4 };
const world = useWorld({ limits: { ...quick, ...tiny } });

it('keeps history short through two hundred rounds, and settles as soon as the participant is back', async () => {
  const { dtc, participants } = world;
  const { id, healthy, broken, mend } = await stuckInCommit(world);
  const handle = dtc.client.workflow.getHandle(id);
  const { historyLength } = await handle.describe();
  await eventually(() => participants.requests(id, broken.name, 'commit').length > 200, 100_000);
  const later = await handle.describe();
  expect(later.historyLength).toBe(historyLength); // a retry adds nothing
  expect(historyLength).toBeLessThan(50);
  expect(await dtc.get(id)).toMatchObject({ status: 'pending', decision: 'commit', needsAttention: true });
  mend();
  const document = await dtc.until(id, d => d.endedAt !== undefined, 3000);
  expect(document).toMatchObject({ status: 'committed', needsAttention: false });
  expectAllAsDecided(document, [healthy, broken]);
}, 120_000);
