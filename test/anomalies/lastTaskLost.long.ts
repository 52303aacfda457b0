/**
 * I12: locks are released within the task in which their transaction ends, where that end is in history already. Where the task is lost, the
 * release is not: the next try comes to the same end, whatever else it is given, and releases again. Where an update is part of
 * the task, the end may rest on it, and the release waits until it is recorded. Each history replays.
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { exclusive, lockNow, newResource } from '../locks/support';
import { patientBundle } from '../replay/bundles';
import { fetchHistory } from '../replay/histories';
import { replay } from '../replay/replay';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, countedCompletions, startGrpcProxy } from '../support/grpcProxy';
import { quick } from '../support/quick';
import { expectAllAsDecided, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });
const completions = countedCompletions();
let proxy: GrpcProxy;
let losing: TestCoordinator;

beforeAll(async () => {
  proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', completions);
  losing = await startCoordinator({ limits: quick, temporalAddress: proxy.address });
  await losing.stopWorker();
  await losing.startWorker(patientBundle());
  await losing.run([world.participants.url('warm')]);
});
afterAll(async () => {
  await losing.close();
  await proxy.close();
});

/** Of the lock, for the acquire; of the first task; of the lock, for the release; of the last task. */
const ofLastTask = 4;

interface Lost {
  readonly id: string;
  readonly resource: string;
}

let count = 0;

/** Up to where its last task is lost: its lock has been released, and nothing else of that task is known to anybody. */
async function upToLastTask(): Promise<Lost> {
  const { dtc, participants } = world;
  for (;;) {
    const resource = newResource();
    completions.lose(ofLastTask);
    const service = statefulParticipant(participants, `p${String((count += 1))}`);
    const { id } = await losing.start({ participants: [service.url], locks: [exclusive(resource)] });
    await eventually(() => completions.isLost());
    const kinds = await kindsOf(id);
    const isTheOne = kinds.at(-1) === 'workflowTaskStarted' && kinds.includes('activityTaskCompleted');
    if (isTheOne && kinds.filter(each => each === 'activityTaskScheduled').length === 1) {
      expect((await lockNow(dtc, resource)).holders).toEqual([]);
      return { id, resource };
    }
    await losing.until(id, hasEnded); // on a busy machine it was another one
  }
}

const hasEnded = (d: TransactionDocument): boolean => d.endedAt !== undefined;

async function kindsOf(id: string): Promise<string[]> {
  const { events } = await world.dtc.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map(event => {
    const [name = ''] = Object.entries(event).flatMap(([key, value]) =>
      key.endsWith('EventAttributes') && value != null ? [key.replace('EventAttributes', '')] : [],
    );
    return name;
  });
}

/** How its history goes on after the commit. */
async function endOf({ id, resource }: Lost): Promise<string[]> {
  const { dtc } = world;
  const handle = dtc.client.workflow.getHandle(id);
  await handle.result();
  expect(await losing.get(id)).toMatchObject({ status: 'committed', locks: [{ state: 'released' }] });
  expect((await lockNow(dtc, resource)).holders).toEqual([]);
  const history = await fetchHistory(dtc.client, id);
  expect(await replay(patientBundle(), [{ name: 'lost', workflowId: id, history }])).toEqual([]);
  const kinds = await kindsOf(id);
  return kinds.slice(kinds.indexOf('activityTaskCompleted') + 1);
}

const tryOf = (...end: readonly string[]): string[] => [
  'workflowTaskScheduled',
  'workflowTaskStarted',
  ...end,
];
const lost = tryOf('workflowTaskTimedOut');
const upserts = ['upsertWorkflowSearchAttributes', 'workflowPropertiesModified'];
const within = tryOf('workflowTaskCompleted', ...upserts, 'markerRecorded', 'workflowExecutionCompleted');

it('comes to the same end, and releases again', async () => {
  expect(await endOf(await upToLastTask())).toEqual([...lost, ...within]);
});

it('comes to it beside an update that is refused, and when that task is lost too', async () => {
  const it = await upToLastTask();
  completions.lose(2); // that of the lock is the first
  const refused = world.dtc.client.workflow.getHandle(it.id).executeUpdate('abort', { args: [{ by: 'me' }] });
  await expect(refused).rejects.toThrow();
  expect(await endOf(it)).toEqual([...lost, ...lost, ...within]);
});

it('releases after it is recorded where an update is accepted in the task', async () => {
  const it = await upToLastTask();
  const asked = world.dtc.client.workflow
    .getHandle(it.id)
    .executeUpdate('retryNow', { args: [{ by: 'me' }] });
  await asked;
  const end = await endOf(it);
  expect(end.slice(0, lost.length)).toEqual(lost);
  expect(end).toContain('workflowExecutionUpdateAccepted');
  expect(end).not.toContain('markerRecorded');
  expect(end.filter(each => each === 'activityTaskScheduled')).toEqual(['activityTaskScheduled']);
});

it('is taken up again with that end where it is terminated in the task', async () => {
  const { dtc } = world;
  const { id, resource } = await upToLastTask();
  await dtc.client.workflow.getHandle(id).terminate('a slip');
  await losing.until(id, ({ state }) => state === 'interrupted');
  expect(await losing.recover(id)).toMatchObject({ is: 'recovered' });
  const document = await losing.until(id, hasEnded);
  expect(document).toMatchObject({ status: 'committed', recoveries: [{ why: 'terminated' }] });
  await dtc.client.workflow.getHandle(id).result();
  expect((await lockNow(dtc, resource)).holders).toEqual([]);
});

it('gives the lock to the next in turn, who loses nothing by it', async () => {
  const { participants } = world;
  const it = await upToLastTask();
  const next = statefulParticipant(participants, 'next');
  const document = await losing.run({ participants: [next.url], locks: [exclusive(it.resource)] });
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [next]);
  expect(await endOf(it)).toEqual([...lost, ...within]);
});
