/** I9 under `ulimit -n 512`: more participants that hang than there are descriptors end nobody, and others commit. */
import { type Participants, hang, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';

let hosts: Participants[];
let coordinator: CoordinatorProcess;

beforeEach(async () => {
  hosts = await Promise.all(Array.from({ length: 101 }, () => startParticipants()));
  coordinator = await startProcess(
    { TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '', DTC_TASK_QUEUE: 'few-descriptors' },
    { descriptors: 512 },
  );
});
afterEach(async () => {
  await endProcesses();
  await Promise.all(hosts.map(host => host.close()));
});

it('goes on, and commits what has nothing to do with them', async () => {
  const { url } = coordinator;
  const [well, ...sick] = hosts;
  for (const host of sick) host.on('hangs', () => hang);
  const urls = sick.map(host => host.url('hangs'));
  for (let nth = 0; nth < 12; nth += 1) await post(url, { participants: urls, timeoutMs: 20_000 });
  for (let nth = 0; nth < 5; nth += 1) {
    const { id } = await post(url, [well?.url('p')]);
    expect(await untilEnded(url, id, 60_000)).toMatchObject({ status: 'committed' });
  }
  expect(sick.reduce((sum, host) => sum + host.received.length, 0)).toBeGreaterThan(200);
  expect(await coordinator.stop()).toMatchObject({ code: 0, signal: null });
}, 180_000);
