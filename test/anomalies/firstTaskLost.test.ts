/**
 * I3, I4: the first votes are asked for before anything of the task that asks is recorded. Where the task is lost, whatever it sent, nobody
 * remembers: each participant counts as reached and loose.
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, firstCompletion, startGrpcProxy } from '../support/grpcProxy';
import { quick } from '../support/quick';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });
let proxy: GrpcProxy;
let losing: TestCoordinator;

beforeAll(async () => {
  proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', firstCompletion());
  losing = await startCoordinator({ limits: quick, temporalAddress: proxy.address });
});
afterAll(async () => {
  await losing.close();
  await proxy.close();
});

it('counts everybody as asked when the task is given out again', async () => {
  const { participants } = world;
  const a = statefulParticipant(participants, 'a');
  const b = statefulParticipant(participants, 'b', {
    fault: r => (r.phase === 'prepare' && r.nth > 1 ? { instead: 409 } : undefined),
  });
  const { id } = await losing.start({ participants: [a.url, b.url], timeoutMs: 6000 });
  const document = await losing.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
  expect(Date.parse(document.endedAt ?? '')).toBeGreaterThan(Date.parse(document.decideBy));
  expect(participants.phases(id, 'a')).toEqual(['prepare', 'prepare', 'rollback', 'rollback']);
  expectAllAsDecided(document, [a, b]);
  expect((await eventsOf(losing, id))[3]).toHaveProperty('workflowTaskTimedOutEventAttributes');
});

it('rolls everybody back whom a task asked that was never given back', async () => {
  const { dtc, participants } = world;
  const terminated: Promise<unknown>[] = [];
  const a = statefulParticipant(participants, 'early');
  const b = statefulParticipant(participants, 'late', {
    fault: ({ phase, transactionId }) => {
      if (phase !== 'prepare') return undefined;
      terminated.push(dtc.client.workflow.getHandle(transactionId).terminate('a slip'));
      return { instead: silence };
    },
  });
  const { id } = await dtc.start([a.url, b.url]);
  await dtc.until(id, d => d.state === 'interrupted');
  await Promise.all(terminated);
  for (const event of await eventsOf(dtc, id))
    expect(event).not.toHaveProperty('workflowTaskCompletedEventAttributes');
  expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'aborted' } });
  expect(participants.phases(id, 'early')).toEqual(['prepare', 'rollback', 'rollback']);
  expectAllAsDecided(document, [a, b]);
});

/** Without the members that are not there. */
async function eventsOf({ client }: TestCoordinator, id: string): Promise<object[]> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map(event =>
    Object.fromEntries(Object.entries(event).filter(([, value]) => value != null)),
  );
}
