/**
 * I3, I4: the first votes are asked for before anything of the task that asks is recorded. Where the task is lost, whatever it sent, nobody
 * remembers: each participant counts as reached and loose. I12: where it acquired locks before, each of them counts as asked.
 */
import { patientBundle } from '../replay/bundles';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { exclusive, lockNow, newResource } from '../locks/support';
import { type GrpcProxy, countedCompletions, startGrpcProxy } from '../support/grpcProxy';
import { quick } from '../support/quick';
import { expectAllAsDecided, silence, statefulParticipant } from '../support/statefulParticipant';
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
  completions.lose(1);
  const { id } = await losing.start({ participants: [a.url, b.url], timeoutMs: 6000 });
  const document = await losing.until(id, d => d.endedAt !== undefined);
  expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
  expect(Date.parse(document.endedAt ?? '')).toBeGreaterThan(Date.parse(document.decideBy));
  expect(participants.phases(id, 'a')).toEqual(['prepare', 'prepare', 'rollback', 'rollback']);
  expectAllAsDecided(document, [a, b]);
  expect((await eventsOf(losing, id))[3]).toHaveProperty('workflowTaskTimedOutEventAttributes');
});

/** On a busy machine a lock may answer after the bound, and then it is another task that is lost. */
const tries = 5;

it('holds what it had acquired, with the same token, when the task is given out again', async () => {
  const { dtc, participants } = world;
  for (let nth = 1; ; nth += 1) {
    const name = `locked${String(nth)}`;
    const looks: string[][] = [];
    const resource = newResource();
    const service = statefulParticipant(participants, name);
    const other = statefulParticipant(participants, `${name}-other`, {
      fault: ({ phase, nth: asked }) => {
        if (phase === 'rollback')
          void lockNow(dtc, resource).then(({ holders }) => looks.push(namesOf(holders)));
        return phase === 'prepare' && asked > 1 ? { instead: 409 } : undefined;
      },
    });
    completions.lose(2); // that of the lock's task is the first
    const { id } = await losing.start({
      ...{ participants: [service.url, other.url], timeoutMs: 6000 },
      locks: [exclusive(resource)],
    });
    const document = await losing.until(id, d => d.endedAt !== undefined);
    const [, , , lost] = await eventsOf(losing, id);
    const isTheOne = 'workflowTaskTimedOutEventAttributes' in (lost ?? {});
    if (!isTheOne && nth < tries) continue;
    expect(lost).toHaveProperty('workflowTaskTimedOutEventAttributes');
    expect(document).toMatchObject({ status: 'rolledback', reason: { code: 'refused' } });
    expect(participants.phases(id, name)).toEqual(['prepare', 'prepare', 'rollback', 'rollback']);
    expectAllAsDecided(document, [service, other]);
    const told = participants.requests(id).map(({ body }) => JSON.stringify(body['locks']));
    expect(told[0]).toContain(resource);
    expect(new Set(told).size).toBe(1);
    expect(looks.length).toBeGreaterThan(0);
    for (const holders of looks) expect(holders).toEqual([id]);
    await eventually(async () => (await lockNow(dtc, resource)).holders.length === 0);
    return;
  }
});

const namesOf = (holders: readonly { readonly holder: string }[]): string[] =>
  holders.map(each => each.holder);

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
