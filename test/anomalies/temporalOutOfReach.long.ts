/**
 * I10: Temporal is stopped, slow or dead. Starts, reads, locks and lists are answered within two seconds, and what may have been started is told with its
 * id: nobody who was told that nothing was started has started anything.
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type PartWorker, startLink, startPartWorker } from '../support/partWorker';
import { type Participants, startParticipants } from '../support/participants';
import { readyAt } from '../support/processes';
import { type Proxy } from '../support/proxy';

let server: OwnServer;
let link: Proxy;
let dtc: TestCoordinator;
let worker: PartWorker;
let participants: Participants;

beforeAll(async () => {
  participants = await startParticipants();
  server = await startOwnServer();
  link = await startLink(server.address);
  dtc = await startCoordinator({ temporalAddress: link.address, apiOnly: true });
  worker = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'both', address: server.address });
  await dtc.run([participants.url('warm')]);
});
afterAll(async () => {
  server.goOn();
  link.mend();
  await dtc.close();
  await worker.stop();
  await link.close();
  await server.stop();
  await participants.close();
});

interface Told {
  readonly status: number;
  readonly problem: string | undefined;
  readonly location: string | null;
  readonly tookMs: number;
}

async function told(call: Promise<Response>): Promise<Told> {
  const began = performance.now();
  const answer = await call;
  const { type } = (await answer.json()) as { readonly type?: string };
  const tookMs = Math.round(performance.now() - began);
  return { status: answer.status, problem: type, location: answer.headers.get('location'), tookMs };
}

const reads = ['/locks', '/locks/some', '/participants', '/orphans', '/transactions', '/transactions/count'];

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  return fetch(dtc.url + path, { method, ...sent });
}

const unknown = { status: 503, problem: '/problems/start-unknown' };
const away = { status: 503, problem: '/problems/engine-unavailable' };

const faults: Readonly<Record<string, () => unknown>> = {
  stopped: () => {
    server.pause();
  },
  slow: () => {
    link.slow(4_000);
  },
  dead: () => link.refuse(),
};

it.each(Object.keys(faults))('where Temporal is %s', async is => {
  const { id } = await dtc.run([participants.url(`before-${is}`)]);
  const start = (name: string, headers = {}): Promise<Told> =>
    told(dtc.post([participants.url(`${name}-${is}`)], headers));
  await faults[is]?.();
  const lease = { resource: `silent-${is}`, holder: 'job', ttlMs: 1_000, waitMs: 5_000 };
  const [plain, keyed, read, ready, ...more] = await Promise.all([
    start('plain'),
    start('keyed', { 'idempotency-key': is }),
    told(fetch(`${dtc.url}/transactions/${id}`)),
    told(fetch(`${dtc.url}/readyz`)),
    ...reads.map(path => told(fetch(dtc.url + path))),
    told(send('POST', '/locks', lease)),
    told(send('DELETE', `/locks/silent-${is}/job`)),
    told(send('POST', '/transactions/retry', {})),
    told(send('POST', '/orphans/sweep', {})),
  ]);
  const later = await Promise.all([start('later'), start('last')]);
  expect([plain, keyed, read, ready, ...later]).toMatchObject([unknown, unknown, away, away, away, away]);
  expect(more).toMatchObject(more.map(() => away));
  const times = [plain, keyed, read, ready, ...more, ...later].map(({ tookMs }) => tookMs);
  expect(Math.max(...times)).toBeLessThan(2_000);
  for (const { location } of [plain, keyed]) expect(location).toMatch(/^\/transactions\/./);

  server.goOn();
  link.mend();
  await readyAt(dtc.url);
  await dtc.run([participants.url(`after-${is}`)]);
  // the same key is the transaction that was told of, whether it had been started or not
  const again = await start('keyed', { 'idempotency-key': is });
  expect(again).toMatchObject({ status: 201, location: keyed.location });
  const ofIts = participants.received.filter(({ name }) => name.endsWith(`-${is}`));
  const heard = new Set(ofIts.map(({ name, transactionId }) => `${name} ${transactionId}`));
  const known = [plain, keyed].map(({ location }) => String(location).slice('/transactions/'.length));
  const mayHave = [`plain-${is} ${String(known[0])}`, `keyed-${is} ${String(known[1])}`];
  const others = [...heard].filter(each => !/^(before|after)-/.test(each));
  expect(mayHave).toEqual(expect.arrayContaining(others));
});
