/**
 * I2, I5: a worker's cached workflow is ahead of history until Temporal has taken what it made of its task. Should Temporal never take it,
 * and the run be ended from outside, nobody may have been told what is not recorded; what is recorded is what everybody is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from '../api/eventsOf';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { type PartWorker, startPartWorker } from '../support/partWorker';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });

/** What the worker makes of a task does not arrive. */
let swallowed = false;
const completions = { test: (path: string) => swallowed && path.endsWith('/RespondWorkflowTaskCompleted') };
let proxy: GrpcProxy;
let workers: PartWorker[];

beforeAll(async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  const { taskQueue } = dtc;
  proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', completions);
  workers = [
    await startPartWorker({ taskQueue, runs: 'workflows', address: proxy.address }),
    await startPartWorker({ taskQueue, runs: 'activities' }),
  ];
});
afterAll(async () => {
  await Promise.all(workers.map(each => each.stop()));
  await proxy.close();
});

/** Terminated at the moment when a reader has seen that it runs, and is about to ask its workflow. */
function terminateUnderReader(id: string): void {
  const { workflow } = world.dtc.client;
  const getHandle = workflow.getHandle.bind(workflow);
  const spy = jest
    .spyOn(workflow, 'getHandle')
    .mockImplementation((...which: Parameters<typeof getHandle>) => {
      const handle = getHandle(...which);
      const describe = handle.describe.bind(handle);
      handle.describe = async () => {
        const seen = await describe();
        spy.mockRestore();
        await getHandle(id).terminate('a test');
        return seen;
      };
      return handle;
    });
}

it('tells what is recorded, never what only the worker knows, and goes on telling it', async () => {
  const { dtc, participants } = world;
  const acknowledgement = gate();
  const a = statefulParticipant(participants, 'no', {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : { after: acknowledgement.passed }),
  });
  const { id } = await dtc.start([a.url]);
  await eventually(() => participants.requests(id, 'no', 'rollback').length > 0);
  swallowed = true;
  acknowledgement.open();
  await eventually(() => proxy.refused.length > 0);

  terminateUnderReader(id);
  const during = await dtc.get(id);
  swallowed = false;
  expect(during).toMatchObject({ state: 'interrupted', needsAttention: true });
  // a worker that is busy has not replayed it in the time of one read
  const after = await dtc.until(id, d => d.status !== 'pending');
  expect(after).toMatchObject({ status: 'rolledback', state: 'interrupted', needsAttention: true });

  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const { status, endedAt } = await dtc.until(id, d => d.state === 'rolledback');
  expect({ status, endedAt }).toEqual({ status: 'rolledback', endedAt: after.endedAt });
});

it('tells whoever watches what is recorded as well, and the end once it is', async () => {
  const { dtc, participants } = world;
  const acknowledgement = gate();
  const a = statefulParticipant(participants, 'refuses', {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : { after: acknowledgement.passed }),
  });
  const { id } = await dtc.start([a.url]);
  await eventually(() => participants.requests(id, 'refuses', 'rollback').length > 0);
  const reader = await readEvents(`${dtc.url}/transactions/${id}/events`);
  await reader.atLeast(1);
  const before = proxy.refused.length;
  swallowed = true;
  acknowledgement.open();
  await eventually(() => proxy.refused.length > before);
  await sleep(2500); // two looks and more, each of which finds history longer, and a worker that is ahead of it
  const told = reader.events.map(({ data }) => [data['status'], data['state']]);
  swallowed = false;
  expect(new Set(told.map(String))).toEqual(new Set(['pending,rollingBack']));
  const [last, end] = (await reader.all()).slice(-2);
  expect(last?.data).toMatchObject({ status: 'rolledback', state: 'rolledback' });
  expect(end?.event).toBe('end');
});
