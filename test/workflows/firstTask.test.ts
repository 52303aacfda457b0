/**
 * I1: the first votes are asked for within the workflow's first task; the completion that records them records the schedule of the commit
 * too, and nothing of a commit leaves before. A healthy transaction is two tasks and one activity.
 */
import { exclusive, newResource } from '../locks/support';
import { patientBundle } from '../replay/bundles';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });

beforeAll(async () => {
  const { dtc, participants } = world;
  await dtc.stopWorker();
  await dtc.startWorker(patientBundle());
  await dtc.run([participants.url('warm')]);
});

interface Seen {
  readonly kind: string;
  readonly completion?: number;
}

async function historyOf(id: string): Promise<Seen[]> {
  const { events } = await world.dtc.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map(event => {
    const [kind = '', attributes] =
      Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && value != null) ?? [];
    const { workflowTaskCompletedEventId: completion } = attributes as {
      workflowTaskCompletedEventId?: { toNumber(): number } | null;
    };
    return {
      kind: kind.replace('EventAttributes', ''),
      ...(completion == null ? {} : { completion: completion.toNumber() }),
    };
  });
}

/** On a very busy machine votes may take longer than even this first task waits. */
const tries = 5;

it('records the votes and the schedule of the commit by one completion', async () => {
  const { dtc, participants } = world;
  const urls = ['a', 'b'].map(name => participants.url(name));
  let history: Seen[] = [];
  for (let nth = 0; nth < tries && history.length !== 13; nth += 1) {
    const { id, status } = await dtc.run(urls);
    expect(status).toBe('committed');
    history = await historyOf(id);
  }
  expect(history.map(({ kind }) => kind)).toEqual([
    'workflowExecutionStarted',
    ...['workflowTaskScheduled', 'workflowTaskStarted', 'workflowTaskCompleted'],
    'markerRecorded',
    ...['activityTaskScheduled', 'activityTaskStarted', 'activityTaskCompleted'],
    ...['workflowTaskScheduled', 'workflowTaskStarted', 'workflowTaskCompleted'],
    ...['upsertWorkflowSearchAttributes', 'workflowExecutionCompleted'],
  ]);
  expect(history.slice(4, 6).map(({ completion }) => completion)).toEqual([4, 4]);
});

it('acquires its locks and asks for the votes in the first task, and releases them in the last', async () => {
  const { dtc, participants } = world;
  const locks = ['a', 'b'].map(name => exclusive(newResource(name)));
  let history: Seen[] = [];
  for (let nth = 0; nth < tries && history.length !== 16; nth += 1) {
    const { id, status } = await dtc.run({ participants: [participants.url('a')], locks });
    expect(status).toBe('committed');
    await dtc.client.workflow.getHandle(id).result();
    history = await historyOf(id);
  }
  expect(history.map(({ kind }) => kind)).toEqual([
    'workflowExecutionStarted',
    ...['workflowTaskScheduled', 'workflowTaskStarted', 'workflowTaskCompleted'],
    ...['markerRecorded', 'markerRecorded'],
    ...['activityTaskScheduled', 'activityTaskStarted', 'activityTaskCompleted'],
    ...['workflowTaskScheduled', 'workflowTaskStarted', 'workflowTaskCompleted'],
    ...['upsertWorkflowSearchAttributes', 'workflowPropertiesModified', 'markerRecorded'],
    'workflowExecutionCompleted',
  ]);
  expect(history.slice(4, 7).map(({ completion }) => completion)).toEqual([4, 4, 4]);
});
