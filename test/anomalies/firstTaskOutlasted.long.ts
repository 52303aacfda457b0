/**
 * I3, I10: a first round that outlasts its workflow task is completed by the SDK with nothing in it, and history does not show that votes
 * were asked for. The task fails then, and the next one is a later try; replay takes the same way.
 */
import { bundleWith } from '../replay/bundles';
import { fetchHistory } from '../replay/histories';
import { replay } from '../replay/replay';
import { quick } from '../support/quick';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const limits = { ...quick, prepareTimeoutMs: 4000, transactionTimeoutMs: 12_000 };
const world = useWorld({ limits, own: true });

async function kindsOf(id: string): Promise<string[]> {
  const { events } = await world.dtc.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map(event => {
    const [name = ''] = Object.entries(event).flatMap(([key, value]) =>
      key.endsWith('EventAttributes') && value != null ? [key.replace('EventAttributes', '')] : [],
    );
    return name;
  });
}

const outlasting = {
  what: 'a first task that waits longer than it may',
  replace: "exports.overWithin = '1s';",
  by: "exports.overWithin = '20s'; firstRound_1.firstRoundMs = 3500;",
};

it('asks again in a task of its own, as a later try', async () => {
  const { dtc, participants } = world;
  const code = bundleWith(outlasting);
  await dtc.stopWorker();
  await dtc.startWorker(code);
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' && r.nth === 1 ? { instead: silence } : undefined),
  });
  try {
    const { id } = await dtc.start([a.url, b.url]);
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document.status).toBe('committed');
    expect(participants.phases(id, 'a')).toEqual(['prepare', 'prepare', 'commit']);
    expectAllAsDecided(document, [a, b]);
    const kinds = await kindsOf(id);
    // what the SDK completed to have more time, then our refusal
    expect(kinds.slice(3, 5)).toEqual(['workflowTaskCompleted', 'workflowTaskScheduled']);
    expect(kinds).toContain('workflowTaskFailed');
    expect(kinds).not.toContain('markerRecorded');
    const history = await fetchHistory(dtc.client, id);
    expect(await replay(code, [{ name: 'outlasted', workflowId: id, history }])).toEqual([]);
  } finally {
    await dtc.stopWorker();
    await dtc.startWorker();
  }
});

const slowToAnswer = {
  what: 'queries that take longer to answer than the round has left',
  replace: 'if (queries.length > 0) {',
  by: 'if (queries.length > 0) { for (let i = 0; i < 2e9; i += 1);',
};

it('asks again where a query is answered while it outlasts its task', async () => {
  const { dtc, participants } = world;
  const code = bundleWith({ ...outlasting, by: outlasting.by.replace('3500', '2800') }, slowToAnswer);
  await dtc.stopWorker();
  await dtc.startWorker(code);
  const a = statefulParticipant(participants, 'queried');
  const b = statefulParticipant(participants, 'late', {
    fault: r => (r.phase === 'prepare' && r.nth === 1 ? { instead: silence } : undefined),
  });
  try {
    const { id } = await dtc.start([a.url, b.url]);
    const handle = dtc.client.workflow.getHandle(id);
    expect(await handle.query('status')).toMatchObject({ id }); // Temporal gives it to the next task
    const document = await dtc.until(id, d => d.endedAt !== undefined);
    expect(document.status).toBe('committed');
    expectAllAsDecided(document, [a, b]);
    const history = await fetchHistory(dtc.client, id);
    expect(JSON.stringify(history)).toContain('this query came while the first workflow task was under way');
    expect(await kindsOf(id)).not.toContain('markerRecorded');
    expect(await replay(code, [{ name: 'queried', workflowId: id, history }])).toEqual([]);
  } finally {
    await dtc.stopWorker();
    await dtc.startWorker();
  }
});

it('does not take the lane in a task that had to wait for its worker, with a query in it', async () => {
  const { dtc, participants } = world;
  const a = statefulParticipant(participants, 'waited');
  await dtc.stopWorker();
  const { id } = await dtc.start([a.url]);
  const asked = dtc.client.workflow.getHandle(id).query('status');
  await dtc.startWorker();
  expect(await asked).toMatchObject({ id, status: 'pending' });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expect(participants.phases(id, 'waited')).toEqual(['prepare', 'commit']);
  const kinds = await kindsOf(id);
  expect(kinds).not.toContain('workflowTaskFailed');
  expect(kinds).not.toContain('markerRecorded');
});
