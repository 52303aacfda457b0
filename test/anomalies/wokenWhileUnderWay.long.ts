/**
 * I3, I4: an activity may be woken (`src/engine/wake.ts`) while an attempt of it is under way, elsewhere or since its turn has just come.
 * Nothing is cut off or forgotten by it: the request ends as it would have, and where its worker is lost that is noticed as soon,
 * and the next attempt knows that there was one.
 */
import { createWaker } from '../../src/engine/wake';

import { quick } from '../support/quick';
import { useDoomedWorker } from '../support/partWorker';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: { ...quick, transactionTimeoutMs: 30_000 }, apiOnly: true });
const doomed = useDoomedWorker(world);

/** The one activity of its own that is pending. */
async function pendingOf(id: string) {
  const { client } = world.dtc;
  const { raw } = await client.workflow.getHandle(id).describe();
  const [own] = (raw.pendingActivities ?? []).filter(({ activityId }) => activityId?.includes('#'));
  return own;
}

async function wake(id: string): Promise<void> {
  const { client } = world.dtc;
  const failed: unknown[] = [];
  const engine = { connection: client.connection, client, namespace: 'default' };
  const waker = createWaker(engine as never, error => failed.push(error));
  const own = await pendingOf(id);
  const { runId } = await client.workflow.getHandle(id).describe();
  await waker.wake({ workflowId: id, runId, activityId: own?.activityId ?? '', initialMs: 50 });
  expect(failed).toEqual([]);
  expect(waker.isPossible()).toBe(true);
}

it.each(['its worker is lost', 'it is answered'])(
  'counts the one request, where %s',
  async what => {
    const { dtc, participants } = world;
    const isLost = what === 'its worker is lost';
    let answer = (): void => undefined;
    const answered = new Promise<void>(resolve => {
      answer = resolve;
    });
    const b = statefulParticipant(participants, 'b', {
      fault: r => {
        if (r.phase !== 'commit' || r.nth > 2) return undefined;
        if (r.nth === 1) return { instead: 503 }; // the second is in an activity of its own
        return isLost ? { answer: silence } : { after: answered };
      },
    });
    const { id } = await dtc.start([{ url: b.url, timeoutMs: 20_000 }]);
    await eventually(() => participants.requests(id, 'b', 'commit').length === 2);
    await eventually(async () => Number((await pendingOf(id))?.state) === 2); // PENDING_ACTIVITY_STATE_STARTED
    await wake(id);
    const wokenAt = Date.now();
    if (isLost) doomed.link.cut();
    await dtc.startWorker();
    if (!isLost) answer();

    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document.status).toBe('committed');
    expect(participants.requests(id, 'b', 'commit')).toHaveLength(isLost ? 3 : 2);
    expect(document.participants[0]?.attempts).toBe(isLost ? 3 : 2);
    expect(Date.now() - wokenAt).toBeLessThan(15_000); // the request itself would have had 20 s
    expectAllAsDecided(document, [b]);
  },
  60_000,
);

it('does nothing for one that is over', async () => {
  const { dtc, participants } = world;
  const b = statefulParticipant(participants, 'b');
  const { id } = await dtc.start([b.url]);
  await dtc.until(id, d => d.endedAt !== undefined);
  await wake(id);
});
