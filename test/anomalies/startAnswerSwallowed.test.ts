/**
 * I10: Temporal takes a start, its answer is lost on the way, and then nobody listens any more. Nobody can say that nothing was started,
 * and nobody is told so; and whoever asks meanwhile has an answer in time.
 */
import { randomUUID } from 'node:crypto';
import { useLinkedApi } from '../support/partWorker';
import { readyAt } from '../support/processes';
import { scrape } from '../support/scraped';
import { eventually, until } from '../support/until';

const world = useLinkedApi();

interface Timed {
  readonly status: number;
  readonly location: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
}

async function started(): Promise<number> {
  return (await scrape(world.dtc.url)).sum('dtc_transactions_started_total');
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

/** The SDK would try for ten seconds; half of it is what a busy machine adds. */
const inTimeMs = 4000;

const unknown = { status: 503, body: { type: '/problems/start-unknown' } };
const away = { status: 503, body: { type: '/problems/engine-unavailable' } };

afterEach(() => {
  world.link.mend();
});

it('is answered with the id and what to do, and the transaction commits', async () => {
  const before = await world.dtc.run([world.participants.url('before')]);
  const startedBefore = await started();
  const heardBefore = world.participants.received.length;
  world.link.swallow();
  const key = { 'idempotency-key': randomUUID() };
  const posts = [
    timed(world.dtc.post([world.participants.url('plain')])),
    timed(world.dtc.post([world.participants.url('keyed')], key)),
  ];
  const names = ['plain', 'keyed'];
  const heard = (): string[] => world.participants.received.slice(heardBefore).map(({ name }) => name);
  await eventually(() => names.every(name => heard().includes(name)));
  await world.link.refuse();
  const [ready, read] = await Promise.all([
    timed(fetch(`${world.dtc.url}/readyz`)),
    timed(fetch(`${world.dtc.url}/transactions/${before.id}`)),
  ]);
  expect([ready, read]).toMatchObject([away, away]);
  expect(ready.tookMs).toBeLessThan(inTimeMs);
  expect(read.tookMs).toBeLessThan(inTimeMs);

  const [plain, keyed] = (await Promise.all(posts)) as [Timed, Timed];
  for (const post of [plain, keyed]) {
    expect(post).toMatchObject(unknown);
    expect(post.tookMs).toBeLessThan(inTimeMs);
    expect(post.location).toBe(`/transactions/${String(post.body['transactionId'])}`);
  }
  expect(plain.body['detail']).toContain(
    'Without an Idempotency-Key the same request again is another transaction',
  );
  expect(keyed.body['detail']).toContain('send the same request again with the same Idempotency-Key');

  // known to be away: what was not handed over was not started, but of a key nobody knows
  const [next, again] = await Promise.all([
    timed(world.dtc.post([world.participants.url('never')])),
    timed(world.dtc.post([world.participants.url('keyed')], key)),
  ]);
  expect(next).toMatchObject(away);
  expect(again).toMatchObject({ ...unknown, location: keyed.location });
  expect(Math.max(next.tookMs, again.tookMs)).toBeLessThan(inTimeMs);

  world.link.mend();
  await readyAt(world.dtc.url);
  for (const { location } of [plain, keyed])
    await world.dtc.until(String(location).slice('/transactions/'.length), d => d.status === 'committed');
  expect(await timed(world.dtc.post([world.participants.url('keyed')], key))).toMatchObject({
    status: 201,
    location: keyed.location,
  });
  expect(world.participants.received.filter(r => r.phase === 'prepare').map(r => r.name)).toEqual(
    expect.not.arrayContaining(['never']),
  );
  // of those that were answered with 503, too, it is found out that they were started, once each
  await until(started, count => count - startedBefore === names.length);
});
