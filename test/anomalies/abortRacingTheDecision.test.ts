/**
 * I1, I2: an abort and the last vote may arrive in either order, and in one activation of the workflow. Whichever counts,
 * everyone ends the same way, and whoever aborted was told the truth.
 */
import { startPartWorker } from '../support/partWorker';
import { quick } from '../support/quick';
import {
  type StatefulParticipant,
  expectAllAsDecided,
  gate,
  statefulParticipant,
} from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick, apiOnly: true });

/** Nothing but an abort is to roll back, nor a busy machine to count as silence. */
const patiently = ({ url }: StatefulParticipant): { url: string; timeoutMs: number } => ({
  url,
  timeoutMs: 20_000,
});

describe('in one activation', () => {
  it('lets an abort overtake votes that are recorded already', async () => {
    const { dtc, participants } = world;
    const { taskQueue } = dtc;
    const votes = gate();
    const all = ['a', 'b'].map(name =>
      statefulParticipant(participants, name, {
        fault: r => (r.phase === 'prepare' ? { after: votes.passed } : undefined),
      }),
    );
    const activities = await startPartWorker({ taskQueue, runs: 'activities' });
    const before = await startPartWorker({ taskQueue, runs: 'workflows' });
    const { id } = await dtc.start({ participants: all.map(patiently), timeoutMs: 60_000 });
    await eventually(() => participants.requests(id).length === 2);
    await before.stop(); // nobody runs workflows: what happens now reaches the next one at once
    votes.open();
    const handle = dtc.client.workflow.getHandle(id);
    await eventuallyRecorded(id, 'activityTaskCompletedEventAttributes');
    await handle.signal('abort', { by: 'ann' });
    const after = await startPartWorker({ taskQueue, runs: 'workflows' });

    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document).toMatchObject({ decision: 'rollback', reason: { code: 'aborted' } });
    for (const each of all) expect(participants.phases(id, each.name)).toEqual(['prepare', 'rollback']);
    expectAllAsDecided(document, all);
    await Promise.all([after.stop(), activities.stop()]);
  });
});

describe('in any order', () => {
  beforeAll(() => world.dtc.startWorker());

  it('refuses an abort once commit is decided, and everyone commits', async () => {
    const { dtc, participants } = world;
    const a = statefulParticipant(participants, 'a');
    const b = statefulParticipant(participants, 'b', {
      fault: r => (r.phase === 'commit' && r.nth < 3 ? { instead: 503 } : undefined),
    });
    const { id } = await dtc.start({ participants: [a, b].map(patiently), timeoutMs: 60_000 });
    await eventually(() => participants.requests(id, 'b', 'commit').length > 0);
    const response = await dtc.act(id, 'abort');
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ detail: 'the decision to commit has been taken' });
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document.status).toBe('committed');
    expectAllAsDecided(document, [a, b]);
  });

  it('answers 200 to exactly those aborts that took effect', async () => {
    const { dtc, participants } = world;
    const race = async (n: number): Promise<string> => {
      const all = [`x${n}`, `y${n}`].map(name => statefulParticipant(participants, name));
      const { id } = await dtc.start({ participants: all.map(patiently), timeoutMs: 60_000 });
      if (n % 3 > 0) await eventually(() => participants.requests(id).length >= 2 * (n % 3) - 1);
      const { status } = await dtc.act(id, 'abort');
      const document = await dtc.until(id, d => d.endedAt !== undefined);
      expect(document.decision).toBe(status === 200 ? 'rollback' : 'commit');
      expect(document.heuristic).toBeUndefined();
      expectAllAsDecided(document, all);
      return document.decision ?? '';
    };
    const decisions = await Promise.all(Array.from({ length: 12 }, (_, n) => race(n)));
    expect(decisions).toHaveLength(12);
  });
});

async function eventuallyRecorded(
  id: string,
  attributes: 'activityTaskCompletedEventAttributes',
): Promise<void> {
  await eventually(async () => {
    const { events } = await world.dtc.client.workflow.getHandle(id).fetchHistory();
    return events?.some(event => event[attributes] != null) === true;
  });
}
