/** A start with fewer rights than set-up would need, as in Temporal Cloud, which lets nobody register search attributes over this API. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { type Participants, startParticipants } from '../support/participants';
import { type RecordingLog, recordingLog } from '../support/recordingLog';
import { eventually, until } from '../support/until';

let participants: Participants;
let proxy: GrpcProxy | undefined;
let dtc: TestCoordinator | undefined;

beforeAll(async () => {
  participants = await startParticipants();
  await (await startCoordinator({ apiOnly: true })).close(); // an administrator's work: the search attributes are there
});
afterEach(async () => {
  await dtc?.close();
  await proxy?.close();
});
afterAll(() => participants.close());

const server = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

it('warns, names the step and the commands for an administrator, and runs transactions', async () => {
  const log = recordingLog();
  proxy = await startGrpcProxy(server, /operatorservice|(?:Create|Update|Describe)Schedule$/);
  const env = {
    DTC_COORDINATOR_ID: 'norights',
    DTC_RECOVERY_URLS: 'https://pay.example.com/prepared?key=hidden',
  };
  dtc = await startCoordinator({ temporalAddress: proxy.address, sweeps: true, env, log: log.log });
  const lines = log.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  expect(lines).toEqual([
    expect.stringMatching(
      /search attributes.*temporal operator search-attribute create .*--name ParticipantHosts --type KeywordList.*tcld namespace search-attributes add /,
    ),
    expect.stringMatching(
      /Schedule of the orphan sweep.*temporal schedule create .*--schedule-id orphan-sweep-norights .*--type orphanSweep .*' --address 127\.0\.0\.1:\d+$/,
    ),
  ]);
  expect(lines.join()).not.toContain('hidden');
  expect(proxy.refused.length).toBeGreaterThan(1);
  expect((await dtc.run([participants.url('a')])).status).toBe('committed');
  const swept = await fetch(`${dtc.url}/orphans/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect([swept.status, await swept.json()]).toMatchObject([503, { type: '/problems/engine-unavailable' }]);
});

it('says nothing where the search attributes may be looked at, and are there', async () => {
  const log = recordingLog();
  proxy = await startGrpcProxy(server, /AddSearchAttributes$/);
  dtc = await startCoordinator({ temporalAddress: proxy.address, apiOnly: true, log: log.log });
  expect(log.lines).toEqual([]);
  expect(proxy.refused).toEqual([]);
});

/** temporal.api.enums.v1.IndexedValueType */
const before = { TransactionState: 2, NeedsAttention: 5, ParticipantHosts: 7 } as const;

/** As an older version needed it, by an administrator. @param more for other programs */
async function olderNamespace(more: Readonly<Record<string, number>> = {}): Promise<string> {
  const namespace = `older-${randomUUID()}`;
  const connection = await Connection.connect({ address: server });
  const { workflowService, operatorService } = connection;
  const aDay = { seconds: 86_400 as never };
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: aDay });
  const searchAttributes = { ...before, ...more };
  const add = () => operatorService.addSearchAttributes({ namespace, searchAttributes });
  await until(
    () =>
      add().then(
        () => true,
        () => false,
      ),
    done => done,
  );
  await connection.close();
  return namespace;
}

const warnings = ({ lines }: RecordingLog): string[] =>
  lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);

const labels = { order: '7' };

/** Lists ask for what is not there: it is said, not left out. */
async function expectNoListBy(query: string, attribute: string, headers = {}): Promise<void> {
  for (const path of ['/transactions', '/transactions/count']) {
    const answer = await fetch(`${dtc?.url ?? ''}${path}?${query}`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { type: '/problems/engine-unavailable', detail: expect.stringContaining(attribute) as unknown },
    ]);
  }
}

async function listed(query: string): Promise<readonly { readonly id: string }[]> {
  const answer = await fetch(`${dtc?.url ?? ''}/transactions?${query}`);
  return ((await answer.json()) as { transactions: { id: string }[] }).transactions;
}

it('ends a heuristic outcome in a namespace that lacks the newest search attribute, and says what it lacks', async () => {
  const log = recordingLog();
  proxy = await startGrpcProxy(server, /operatorservice/);
  const env = { TEMPORAL_NAMESPACE: await olderNamespace() };
  const limits = { completionAttempts: 1 };
  dtc = await startCoordinator({ temporalAddress: proxy.address, env, limits, log: log.log });
  expect(warnings(log)).toEqual([
    expect.stringMatching(/TransactionHeuristic is not there: .* by the log alone/),
  ]);
  participants.on('b', ({ phase }) => (phase === 'commit' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('a'), participants.url('b')]);
  await dtc.until(id, d => d.needsAttention);
  await dtc.act(id, 'resolve', { participant: 'p2', outcome: 'rolledback', reason: 'looked' });
  const ended = await dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'committed', heuristic: 'mixed' });

  const { id: labelled } = await dtc.run({ participants: [participants.url('a')], labels });
  await eventually(async () => (await listed('status=committed')).length === 2);
  expect((await listed('status=committed')).map(each => each.id)).toEqual([labelled, id]);
  await expectNoListBy('label.order=7', 'TransactionLabels');
});

it('starts where other programs have taken the room, or the name, and says what it lists without', async () => {
  const log = recordingLog();
  const taken = await olderNamespace({ Other: 7, Another: 7, StartedBy: 5 });
  const token = 'shop-0123456789abcdef';
  const env = { TEMPORAL_NAMESPACE: taken, DTC_API_TOKENS: `shop:client:${token}` };
  dtc = await startCoordinator({ env, log: log.log });
  expect(warnings(log)).toEqual([
    expect.stringMatching(
      /did not register .*StartedBy with another type.*TransactionLabels is not there: .*cannot filter by labels.*StartedBy is not there: .*cannot list its transactions.*create .*--name TransactionLabels --type KeywordList/,
    ),
  ]);
  const headers = { authorization: `Bearer ${token}` };
  const body = { participants: [participants.url('a')], labels };
  await dtc.start(body, { ...headers, prefer: 'wait=50' });
  await expectNoListBy('', 'StartedBy', headers);
});

it('starts a transaction without its labels where Temporal does not take them any more, and says so', async () => {
  const log = recordingLog();
  const namespace = await olderNamespace();
  dtc = await startCoordinator({ env: { TEMPORAL_NAMESPACE: namespace }, log: log.log });
  expect(warnings(log)).toEqual([]);
  const body = { participants: [participants.url('a')], labels };
  const { id } = await dtc.run(body);
  await eventually(async () => (await listed('label.order=7')).length === 1);
  expect(await listed('label.order=7')).toMatchObject([{ id, labels }]);

  const connection = await Connection.connect({ address: server });
  await connection.operatorService.removeSearchAttributes({
    namespace,
    searchAttributes: ['TransactionLabels'],
  });
  await connection.close();
  const { client } = dtc;
  await eventually(() =>
    client.workflow.count('TransactionLabels IS NULL').then(
      () => false,
      () => true,
    ),
  );
  await sleep(500); // each of Temporal's services notices by itself
  const later = await dtc.run(body);
  expect(later).toMatchObject({ status: 'committed', labels });
  expect(warnings(log)).toEqual([expect.stringMatching(/did not take the search attributes/)]);
});
