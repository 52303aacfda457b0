/** PROTOCOL I6 on a real Temporal server: one `Idempotency-Key` is one transaction, also across API instances. */
import { randomUUID } from 'node:crypto';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { faultsOf } from '../../support/records';
import { until } from '../../support/until';
import { useWorld } from '../../support/world';

const world = useWorld();
let other: TestCoordinator;

beforeAll(async () => {
  other = await startCoordinator();
});
afterAll(() => other.close());

const key = (): Record<string, string> => ({ 'idempotency-key': randomUUID() });
const urls = (...names: string[]): string[] => names.map(name => world.participants.url(name));

async function expectOneOfTwenty(
  apis: readonly [TestCoordinator, TestCoordinator],
  name: string,
): Promise<void> {
  const { participants } = world;
  const headers = key();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => apis[i % 2 === 0 ? 0 : 1].post(urls(name, `${name}-too`), headers)),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  const documents = await Promise.all(answers.map(answer => answer.json() as Promise<TransactionDocument>));
  const id = documents[0]?.id ?? '';
  const locations = new Set(answers.map(answer => answer.headers.get('location')));
  expect([...locations]).toEqual([`/transactions/${id}`]);

  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(ended.status).toBe('committed');
  expect(faultsOf(ended, participants)).toEqual([]);
  for (const each of [name, `${name}-too`])
    expect(participants.received.filter(r => r.name === each).map(r => [r.transactionId, r.phase])).toEqual([
      [id, 'prepare'],
      [id, 'commit'],
    ]);
  expect(await workflowsOf(apis, name)).toEqual([id]);
}

/** The workflows of a participant that Temporal lists, once it lists a later one as well: its list lags behind. */
async function workflowsOf(apis: readonly TestCoordinator[], name: string): Promise<string[]> {
  const { dtc, participants } = world;
  const later = await dtc.run(urls('later'));
  const query = apis.map(({ taskQueue }) => `TaskQueue = '${taskQueue}'`).join(' OR ');
  const list = async (): Promise<{ readonly id: string; readonly url: string | undefined }[]> => {
    const listed = [];
    for await (const { workflowId: id, memo } of dtc.client.workflow.list({ query })) {
      const [first] = (memo as unknown as Pick<TransactionDocument, 'participants'>).participants;
      listed.push({ id, url: first?.url });
    }
    return listed;
  };
  const listed = await until(list, seen => seen.some(({ id }) => id === later.id));
  return listed.filter(({ url }) => url === participants.url(name)).map(({ id }) => id);
}

it('makes one transaction of twenty POSTs at once with one key', async () => {
  await expectOneOfTwenty([world.dtc, world.dtc], 'one');
});

it('makes one transaction of twenty POSTs at once with one key to two APIs', async () => {
  await expectOneOfTwenty([world.dtc, other], 'shared');
});

it('refuses another body under the same key with 422, at either API, and starts nothing', async () => {
  const headers = key();
  const { id } = await world.dtc.start(urls('first'), headers);
  for (const api of [world.dtc, other]) {
    const answer = await api.post(urls('second'), headers);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ type: '/problems/idempotency-key-reused', status: 422 });
  }
  await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(await workflowsOf([world.dtc, other], 'second')).toEqual([]);
  expect(world.participants.received.filter(r => r.name === 'second')).toEqual([]);
});

it('takes the same request in another form for the same, also after it has ended', async () => {
  const headers = key();
  const [url] = urls('forms');
  const { id } = await world.dtc.start([url], headers);
  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(await other.start({ participants: [{ url, name: 'p1' }] }, headers)).toEqual(ended);
});

it('makes two transactions of one key of two callers', async () => {
  const tokens = ['ann:client:ann-ann-ann-ann-ann', 'bob:client:bob-bob-bob-bob-bob'];
  const api = await startCoordinator({ env: { DTC_API_TOKENS: tokens.join(',') } });
  try {
    const headers = key();
    const [anns, bobs] = await Promise.all(
      tokens.map(token =>
        api.start(urls('callers'), { ...headers, authorization: `Bearer ${token.split(':')[2] ?? ''}` }),
      ),
    );
    expect(anns?.id).not.toBe(bobs?.id);
  } finally {
    await api.close();
  }
});
