/**
 * Several processes, a worker that is killed with transactions in hand, and a coordinator that is started again: what each process has told
 * last, added up, is what happened.
 */
import { randomUUID } from 'node:crypto';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { newTag } from '../orphans/support/sweeps';
import { type Participants, always, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import { type Scraped, scrape } from '../support/scraped';
import { eventually, until } from '../support/until';

const shared = {
  ...{
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: `metrics-${randomUUID()}`,
  },
  ...{ DTC_COORDINATOR_ID: newTag(), DTC_METRICS_PORT: '0', DTC_SWEEP_INTERVAL_MS: '86400000' },
  ...{ DTC_COMPLETION_ATTEMPTS: '2', DTC_RETRY_INITIAL_MS: '50', DTC_RETRY_MAX_MS: '200' },
  DTC_ATTENTION_RETRY_MS: '500',
};

let participants: Participants;
beforeAll(async () => {
  participants = await startParticipants();
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

const start = (role: string): Promise<CoordinatorProcess> => startProcess({ ...shared, DTC_ROLE: role });
const urls = (...names: string[]): string[] => names.map(name => participants.url(name));

function metricsOf({ printed }: CoordinatorProcess): Promise<Scraped> {
  return scrape(/^ {2}Metrics +(\S+)$/m.exec(printed.stderr)?.[1] ?? '');
}

/** Of processes that are gone. */
const gone: Scraped[] = [];

async function total(
  living: readonly CoordinatorProcess[],
): Promise<(name: string, labels?: Record<string, string>) => number> {
  const all = [...gone, ...(await Promise.all(living.map(metricsOf)))];
  return (name, labels) => all.reduce((sum, each) => sum + each.sum(name, labels), 0);
}

/** Read for the last time, at a moment at which nothing is under way that it would yet count. */
async function kill(each: CoordinatorProcess): Promise<void> {
  gone.push(await metricsOf(each));
  await each.kill();
}

it('adds up over a killed worker and a restart', async () => {
  let isUp = false;
  participants.on('no', always('prepare', 409));
  participants.on('down', ({ phase }) => (phase === 'commit' && !isUp ? 503 : undefined));
  const [api, first, second] = await Promise.all([start('api'), start('worker'), start('worker')]);
  const started: TransactionDocument[] = [];
  const begin = async (url: string, ...names: string[]): Promise<void> => {
    started.push(await post(url, urls(...names), { 'idempotency-key': String(started.length) }));
  };
  const endAll = (url: string): Promise<TransactionDocument[]> =>
    Promise.all(started.map(({ id }) => untilEnded(url, id, 90_000)));

  for (let i = 0; i < 12; i += 1) await begin(api.url, 'a', i % 3 === 0 ? 'no' : 'b');
  await endAll(api.url);
  for (let i = 0; i < 4; i += 1) await begin(api.url, 'a', 'down');
  const attention = async (...living: CoordinatorProcess[]): Promise<number> =>
    (await total(living))('dtc_attention_total');
  await until(
    () => attention(first, second),
    seen => seen === 4,
  );

  await kill(first);
  for (let i = 0; i < 6; i += 1) await begin(api.url, 'a', 'b');
  await post(api.url, urls('a', 'b'), { 'idempotency-key': String(started.length - 1) }); // a repeat is none
  await eventually(
    () => started.slice(-6).every(({ id }) => participants.requests(id, 'b', 'commit').length > 0),
    60_000,
  );
  await untilEnded(api.url, started.at(-1)?.id ?? '', 60_000);
  await Promise.all(started.slice(-6).map(({ id }) => untilEnded(api.url, id, 60_000)));
  await until(
    async () => (await total([second, api]))('dtc_transactions_ended_total'),
    seen => seen === 18,
  );
  await Promise.all([kill(second), kill(api)]);

  const all = await start('all');
  isUp = true;
  for (let i = 0; i < 3; i += 1) await begin(all.url, 'a', 'b');
  const ended = await endAll(all.url);
  const sum = await until(
    () => total([all]),
    each => each('dtc_transactions_ended_total') >= started.length,
  );
  expect(sum('dtc_transactions_started_total')).toBe(started.length);
  expect(sum('dtc_transactions_ended_total')).toBe(started.length);
  expect(sum('dtc_transactions_ended_total', { reason: 'refused' })).toBe(4);
  expect(sum('dtc_transaction_seconds_count')).toBe(started.length);
  expect(sum('dtc_attention_total')).toBe(4);
  const seconds = ended.reduce(
    (s, d) => s + (Date.parse(d.endedAt ?? '') - Date.parse(d.createdAt)) / 1000,
    0,
  );
  expect(sum('dtc_transaction_seconds_sum')).toBeCloseTo(seconds, 2);
  // a request whose answer came after its process was read for the last time is one that nobody counted
  expect(sum('dtc_participant_requests_total', { phase: 'prepare' })).toBe(
    participants.received.filter(r => r.phase === 'prepare').length,
  );
  expect(sum('dtc_http_requests_total', { method: 'POST', route: '/transactions', code: '201' })).toBe(
    started.length + 1,
  );
});
