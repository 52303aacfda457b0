/**
 * I10: Temporal takes a start, its answer is lost on the way, and then nobody listens any more. Nobody can say that nothing was started,
 * and nobody is told so; and whoever asks meanwhile has an answer in time.
 */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type PartWorker, startLink, startPartWorker } from '../support/partWorker';
import { type Participants, startParticipants } from '../support/participants';
import { readyAt } from '../support/processes';
import { type Proxy } from '../support/proxy';
import { scrape } from '../support/scraped';
import { eventually, until } from '../support/until';

let link: Proxy;
let dtc: TestCoordinator;
let worker: PartWorker;
let participants: Participants;

beforeAll(async () => {
  participants = await startParticipants();
  link = await startLink();
  dtc = await startCoordinator({ temporalAddress: link.address, apiOnly: true });
  worker = await startPartWorker({ taskQueue: dtc.taskQueue, runs: 'both' });
  await dtc.run([participants.url('warm')]);
});
afterAll(async () => {
  link.mend();
  await dtc.close();
  await worker.stop();
  await link.close();
  await participants.close();
});

interface Timed {
  readonly status: number;
  readonly location: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
}

async function timed(call: Promise<Response>): Promise<Timed> {
  const began = Date.now();
  const answer = await call;
  const body = (await answer.json()) as Timed['body'];
  return {
    status: answer.status,
    location: answer.headers.get('location'),
    body,
    tookMs: Date.now() - began,
  };
}

const unknown = { status: 503, body: { type: '/problems/start-unknown' } };
const away = { status: 503, body: { type: '/problems/engine-unavailable' } };

it('is answered with the id and what to do, and the transaction commits', async () => {
  const before = await dtc.run([participants.url('before')]);
  link.swallow();
  const key = { 'idempotency-key': 'once' };
  const posts = [
    timed(dtc.post([participants.url('plain')])),
    timed(dtc.post([participants.url('keyed')], key)),
  ];
  const names = ['plain', 'keyed'];
  await eventually(() => names.every(name => participants.received.some(r => r.name === name)));
  await link.refuse();
  const [ready, read] = await Promise.all([
    timed(fetch(`${dtc.url}/readyz`)),
    timed(fetch(`${dtc.url}/transactions/${before.id}`)),
  ]);
  expect([ready, read]).toMatchObject([away, away]);
  expect(ready.tookMs).toBeLessThan(1100);
  expect(read.tookMs).toBeLessThan(2000);

  const [plain, keyed] = (await Promise.all(posts)) as [Timed, Timed];
  for (const post of [plain, keyed]) {
    expect(post).toMatchObject(unknown);
    expect(post.tookMs).toBeLessThan(2000);
    expect(post.location).toBe(`/transactions/${String(post.body['transactionId'])}`);
  }
  expect(plain.body['detail']).toContain(
    'Without an Idempotency-Key the same request again is another transaction',
  );
  expect(keyed.body['detail']).toContain('send the same request again with the same Idempotency-Key');

  // known to be away: what was not handed over was not started, but of a key nobody knows
  const [next, again] = await Promise.all([
    timed(dtc.post([participants.url('never')])),
    timed(dtc.post([participants.url('keyed')], key)),
  ]);
  expect(next).toMatchObject(away);
  expect(again).toMatchObject({ ...unknown, location: keyed.location });
  expect(Math.max(next.tookMs, again.tookMs)).toBeLessThan(1200);

  link.mend();
  await readyAt(dtc.url);
  for (const { location } of [plain, keyed])
    await dtc.until(String(location).slice('/transactions/'.length), d => d.status === 'committed');
  expect(await timed(dtc.post([participants.url('keyed')], key))).toMatchObject({
    status: 201,
    location: keyed.location,
  });
  expect(participants.received.filter(r => r.phase === 'prepare').map(r => r.name)).toEqual(
    expect.not.arrayContaining(['never']),
  );
  // of those that were answered with 503, too, it is found out that they were started, once each
  const started = async (): Promise<number> => (await scrape(dtc.url)).sum('dtc_transactions_started_total');
  await until(started, count => count === names.length + 2);
});
