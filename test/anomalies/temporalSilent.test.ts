/**
 * While Temporal says nothing at all, every route says so, and blames no worker; where it answers, and no worker does, a lock says that. How long
 * that takes: temporalOutOfReach.long.ts.
 */
import { randomUUID } from 'node:crypto';
import { lockWorkflow, lockWorkflowId } from '../../workflows/lock/messages';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { startLink } from '../support/partWorker';
import { type Proxy } from '../support/proxy';

let link: Proxy;
let dtc: TestCoordinator;
const resource = randomUUID();
let id: string;

beforeAll(async () => {
  link = await startLink();
  dtc = await startCoordinator({ temporalAddress: link.address, apiOnly: true });
  ({ id } = await dtc.start(['http://127.0.0.1:9/prepare']));
  const { client, taskQueue } = dtc;
  await client.workflow.start(lockWorkflow, { workflowId: lockWorkflowId(resource), taskQueue, args: [] });
});
afterAll(async () => {
  link.mend();
  await dtc.client.workflow.getHandle(id).terminate('the tests are over');
  await dtc.client.workflow.getHandle(lockWorkflowId(resource)).terminate('the tests are over');
  await dtc.close();
  await link.close();
});

type Asked = readonly [method: string, path: string, body?: unknown];

async function told([method, path, body]: Asked): Promise<unknown> {
  const json = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  const answer = await fetch(dtc.url + path, { method, ...sent });
  const { type, detail } = (await answer.json()) as { readonly type?: string; readonly detail?: string };
  return [method, path, type, detail];
}

const lease = { resource, holder: 'job', ttlMs: 1_000, waitMs: 20_000 };
const locks = (): Asked[] => [
  ['POST', '/locks', lease],
  ['GET', `/locks/${resource}`],
  ['DELETE', `/locks/${resource}/job`],
];

const granted = ': the lock may still be granted; send the request again';
const released = ': the lock may still be released; send the request again';

it('blames workers where Temporal answers', async () => {
  const is = (what: string): unknown[] => [
    '/problems/worker-unavailable',
    `no worker answered for the lock${what}`,
  ];
  expect(await Promise.all(locks().map(told))).toMatchObject([
    ['POST', '/locks', ...is(granted)],
    ['GET', `/locks/${resource}`, ...is('')],
    ['DELETE', `/locks/${resource}/job`, ...is(released)],
  ]);
});

it('says of every route that Temporal does not answer', async () => {
  link.freeze();
  const forced = { participant: '127.0.0.1:9', outcome: 'unknown', reason: 'gone' };
  const others: readonly Asked[] = [
    ['GET', '/locks'],
    ['GET', '/participants'],
    ['GET', '/orphans'],
    ['POST', '/orphans/sweep', {}],
    ['GET', '/transactions'],
    ['GET', '/transactions/count'],
    ['POST', '/transactions/retry', {}],
    ['POST', '/transactions/resolve', forced],
    ['GET', `/transactions/${id}`],
    ['GET', `/transactions/${id}/events`],
    ['POST', `/transactions/${id}/abort`, {}],
    ['POST', `/transactions/${id}/retry`, {}],
  ];
  const ofRunning = told(['DELETE', `/locks/${resource}/${id}`]);
  const is = (more: string): unknown[] => ['/problems/engine-unavailable', `Temporal does not answer${more}`];
  expect(await Promise.all([...locks(), ...others].map(told))).toEqual([
    ['POST', '/locks', ...is(granted)],
    ['GET', `/locks/${resource}`, ...is('; try again')],
    ['DELETE', `/locks/${resource}/job`, ...is(released)],
    ...others.map(([method, path]) => [method, path, ...is('; try again')]),
  ]);
  expect(await ofRunning).toEqual([
    'DELETE',
    `/locks/${resource}/${id}`,
    '/problems/engine-unavailable',
    'Temporal does not say whether the transaction runs; try again',
  ]);
});
