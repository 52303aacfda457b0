/**
 * I2, I5: nobody is told of an outcome that only a worker knows. What the worker makes of the task that brings it does not arrive, and the
 * run is ended from outside: nothing of it has ever been. The run that takes it up again tells, once, what then stays so (I10).
 */
import { notifyEvents } from '../../src/protocol/wire/notification';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { type PartWorker, startPartWorker } from '../support/partWorker';
import { type Receivers, startReceivers } from '../support/receivers';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ own: true });

/** What the worker makes of a task does not arrive. */
let swallowed = false;
const completions = { test: (path: string) => swallowed && path.endsWith('/RespondWorkflowTaskCompleted') };
let proxy: GrpcProxy;
let workers: PartWorker[];
let receivers: Receivers;

beforeAll(async () => {
  const { dtc } = world;
  await dtc.stopWorker();
  const { taskQueue } = dtc;
  receivers = await startReceivers('whsec_bm9ib2R5IHNpZ25zIHdpdGggdGhpcw==');
  proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', completions);
  workers = [
    await startPartWorker({ taskQueue, runs: 'workflows', address: proxy.address }),
    await startPartWorker({ taskQueue, runs: 'activities' }),
  ];
});
afterAll(async () => {
  await Promise.all(workers.map(each => each.stop()));
  await proxy.close();
  await receivers.close();
});

it('tells nobody of it until it is recorded, and then once', async () => {
  const { dtc, participants } = world;
  const acknowledgement = gate();
  const a = statefulParticipant(participants, 'no', {
    fault: r => (r.phase === 'prepare' ? { instead: 409 } : { after: acknowledgement.passed }),
  });
  const notify = { url: receivers.url('shop'), on: notifyEvents };
  const { id } = await dtc.start({ participants: [a.url], notify });
  await eventually(() => participants.requests(id, 'no', 'rollback').length > 0);
  swallowed = true;
  acknowledgement.open();
  await eventually(() => proxy.refused.length > 0);

  await temporalWorkflow('terminate', id);
  expect(receivers.of(id)).toEqual([]);
  swallowed = false;
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await dtc.until(id, d => d.endedAt !== undefined);
  await eventually(() => receivers.of(id).length >= 2);
  const told = receivers.of(id).map(each => `${each.id} ${each.data.status}`);
  expect(told.sort()).toEqual([`${id}/end rolledback`, `${id}/outcome rolledback`]);
});
