/** Whoever acts by what a page shows acts on that, or not at all (PROTOCOL §3, `If-Match`), on a real Temporal server. */
import { request } from 'undici';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { quick } from '../support/quick';
import { type Gate, gate } from '../support/statefulParticipant';
import { useWorld } from '../support/world';
import { stuckInCommit, stuckInPrepare } from './stuck';

const world = useWorld({ limits: quick });

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly json: Readonly<Record<string, unknown>>;
}

async function ask(path: string, init: RequestInit = {}, url = world.dtc.url): Promise<Answer> {
  const answer = await fetch(`${url}/transactions/${path}`, init);
  const text = await answer.text();
  const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.status, etag: answer.headers.get('etag'), json };
}

function act(id: string, verb: string, body: object, seen?: string, url = world.dtc.url): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(seen === undefined ? {} : { 'if-match': seen }),
  };
  return ask(`${id}/${verb}`, { method: 'POST', headers, body: JSON.stringify(body) }, url);
}

async function seenOf(id: string): Promise<string> {
  const { etag, json } = await ask(id);
  expect(json['etag']).toBe(etag);
  return String(etag);
}

const none: Pick<RegExp, 'test'> = { test: () => false };
const resolution = (outcome: string): object => ({ participant: 'p2', outcome, reason: 'gone for good' });
const actionsOf = ({ actions = [] }: TransactionDocument): readonly string[] =>
  actions.map(({ action, outcome = '' }) => action + outcome);

it('acts on a transaction that is as it was seen, however often somebody was tried since', async () => {
  const { id } = await stuckInCommit(world);
  const seen = await seenOf(id);
  const attempts = async (): Promise<number> => (await world.dtc.get(id)).participants[1]?.attempts ?? 0;
  const before = await attempts();
  await world.dtc.until(id, d => (d.participants[1]?.attempts ?? 0) > before);
  expect(await seenOf(id)).toBe(seen);
  const { status, json } = await act(id, 'resolve', resolution('committed'), seen);
  expect({ status, json }).toMatchObject({ status: 200, json: { decision: 'commit' } });
  await world.dtc.until(id, d => d.endedAt !== undefined);
});

it('does nothing to one that somebody else has settled meanwhile, and says what is different', async () => {
  const { id } = await stuckInCommit(world, { request: {} });
  const seen = await seenOf(id);
  await act(id, 'resolve', resolution('committed'));
  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  const refused = await act(id, 'resolve', resolution('rolledback'), seen);
  expect(refused).toMatchObject({ status: 412, json: { type: '/problems/state-changed' } });
  expect(refused.json['changes']).toContainEqual({
    ...{ member: 'state', participant: 'p2' },
    ...{ was: 'committing', is: 'forced committed' },
  });
  expect(await world.dtc.get(id)).toEqual(ended);
});

it('does nothing by a tag that is not its own, though it would apply, and takes one of several', async () => {
  const { id, mend } = await stuckInPrepare(world);
  for (const verb of ['abort', 'retry']) {
    const refused = await act(id, verb, {}, '"1.00000000.000000000.00"');
    expect(refused).toMatchObject({ status: 412, json: { type: '/problems/state-changed' } });
  }
  expect(actionsOf(await world.dtc.get(id))).toEqual([]);
  expect((await act(id, 'abort', {}, `"x", ${await seenOf(id)}`)).status).toBe(200);
  mend();
  await world.dtc.until(id, d => d.status === 'rolledback');
});

it('answers the repeat of what took effect like the first one, whose answer may have been lost', async () => {
  const { id } = await stuckInCommit(world);
  const seen = await seenOf(id);
  expect((await act(id, 'resolve', resolution('committed'), seen)).status).toBe(200);
  expect((await act(id, 'resolve', resolution('committed'), seen)).status).toBe(200);
  expect(actionsOf(await world.dtc.get(id))).toEqual(['resolvecommitted']);
});

describe('where somebody else acts between the look at it and the action', () => {
  const holding: { comes: Gate; goesOn: Gate } = { comes: gate(), goesOn: gate() };
  let proxy: GrpcProxy;
  let other: TestCoordinator;
  beforeAll(async () => {
    proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', none, none, path => {
      if (!path.endsWith('/UpdateWorkflowExecution')) return undefined;
      holding.comes.open();
      return holding.goesOn.passed;
    });
    const { taskQueue, tag } = world.dtc;
    const env = { DTC_TASK_QUEUE: taskQueue, DTC_COORDINATOR_ID: tag };
    other = await startCoordinator({ limits: quick, apiOnly: true, temporalAddress: proxy.address, env });
  });
  afterAll(async () => {
    holding.goesOn.open();
    await other.close();
    await proxy.close();
  });

  async function overtaken(acting: () => Promise<Answer>, first: () => Promise<Answer>): Promise<Answer> {
    Object.assign(holding, { comes: gate(), goesOn: gate() });
    const answer = acting();
    await holding.comes.passed;
    expect((await first()).status).toBe(200);
    holding.goesOn.open();
    return answer;
  }

  it('does nothing, and says what is different', async () => {
    const { id, mend } = await stuckInPrepare(world, 3_000);
    const seen = await seenOf(id);
    const refused = await overtaken(
      () => act(id, 'retry', {}, seen, other.url),
      () => act(id, 'abort', {}),
    );
    expect(refused).toMatchObject({ status: 412, json: { type: '/problems/state-changed' } });
    expect(refused.json['changes']).toContainEqual({ member: 'decision', was: 'none', is: 'rollback' });
    expect(actionsOf(await world.dtc.get(id))).toEqual(['abort']);
    mend();
  });

  it('says so of one that has ended by that, too', async () => {
    const { id } = await stuckInCommit(world, { request: {} });
    const seen = await seenOf(id);
    const refused = await overtaken(
      () => act(id, 'resolve', resolution('rolledback'), seen, other.url),
      () => act(id, 'resolve', resolution('committed')),
    );
    expect(refused).toMatchObject({ status: 412, json: { type: '/problems/state-changed' } });
    const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
    expect(actionsOf(ended)).toEqual(['resolvecommitted']);
  });
});

/** Node's `fetch`, as browsers', adds `cache-control: no-cache` to a request with this header. */
async function statusIf(id: string, seen: string, method: 'GET' | 'HEAD' = 'GET'): Promise<number> {
  const headers = { 'if-none-match': seen };
  const { statusCode, body } = await request(`${world.dtc.url}/transactions/${id}`, { method, headers });
  expect((await body.text()) === '').toBe(statusCode === 304);
  return statusCode;
}

it('says with 304 that nothing has changed that is decided on', async () => {
  const { id } = await stuckInCommit(world);
  const seen = await seenOf(id);
  expect(await statusIf(id, seen)).toBe(304);
  expect(await statusIf(id, `W/${seen}`, 'HEAD')).toBe(304);
  await act(id, 'resolve', resolution('committed'));
  await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(await statusIf(id, seen)).toBe(200);
});
