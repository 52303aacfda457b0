/**
 * A service is switched off for good while a thousand transactions wait for it. Two requests settle them: one says how many there are, one
 * does it; each of them has its author written down, and others, which go on meanwhile, hardly notice.
 */
import { randomUUID } from 'node:crypto';
import { type BulkReport, type SickHosts } from '../../src/protocol/client/many';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { until } from '../support/until';

const waiting = 1000;
const startedAtOnce = 16;
const token = '0123456789abcdef';

let dtc: TestCoordinator;
let participants: Participants;
let retired: Participants;

const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

beforeAll(async () => {
  participants = await startParticipants();
  dtc = await startCoordinator({
    env: { DTC_COORDINATOR_ID: `ret${randomUUID().slice(0, 8)}`, DTC_API_TOKENS: `ann:operator:${token}` },
    limits: {
      prepareTimeoutMs: 20_000,
      completionTimeoutMs: 20_000,
      completionAttempts: 1,
      retryInitialMs: 600_000,
      retryMaxMs: 600_000,
      attentionRetryMs: 600_000,
    },
  });
});
afterAll(async () => {
  await dtc.close();
  await participants.close();
});
beforeEach(async () => {
  retired = await startParticipants();
  retired.on('old', r => (r.phase === 'commit' ? 503 : undefined));
});
afterEach(() => retired.close());

async function ask<T>(path: string, body?: object): Promise<T> {
  const method = body === undefined ? 'GET' : 'POST';
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(dtc.url + path, { method, headers, ...sent });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as T;
}

async function startAll(): Promise<string[]> {
  const ids: string[] = [];
  const some = async (): Promise<void> => {
    while (ids.length < waiting) {
      const at = ids.push('') - 1;
      const answer = await until(
        () => dtc.post([retired.url('old')], headers),
        ({ status }) => status !== 503, // those that wait are in the way of others for a while
        { withinMs: 60_000, everyMs: 200 },
      );
      if (answer.status !== 201) throw new Error(await answer.text());
      ids[at] = ((await answer.json()) as { id: string }).id;
    }
  };
  await Promise.all(Array.from({ length: startedAtOnce }, some));
  return ids;
}

/** One request, where the machine has nothing else to do; where its time was up, the same again. */
async function untilDone(what: object): Promise<BulkReport[]> {
  const report = await ask<BulkReport>('/transactions/resolve', what);
  expect([undefined, 'time']).toContain(report.stoppedBy);
  return report.stoppedBy === undefined ? [report] : [report, ...(await untilDone(what))];
}

/** One healthy transaction after the other, until it is told to stop; how long each took. */
function healthyOnes(): { stop: () => Promise<number[]> } {
  let isOver = false;
  const tookMs: number[] = [];
  const run = async (): Promise<void> => {
    while (!isOver) {
      const began = performance.now();
      const answer = await dtc.post([participants.url('a'), participants.url('b')], {
        ...headers,
        prefer: 'wait=30',
      });
      expect(await answer.json()).toMatchObject({ status: 'committed' });
      tookMs.push(performance.now() - began);
    }
  };
  const done = run();
  return { stop: async () => ((isOver = true), await done, tookMs) };
}

const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
const ms = (all: readonly number[]): string => `${Math.round(median(all))} ms (${all.length})`;

it('is settled with two requests, each transaction with its author', async () => {
  const ids = await startAll();
  const participant = new URL(retired.origin).host;
  const what = { participant, outcome: 'unknown', reason: 'retired; nobody kept its books' };
  for (const id of ids)
    await until(
      () => ask<TransactionDocument>(`/transactions/${id}`),
      ({ needsAttention }) => needsAttention,
      { withinMs: 60_000 },
    );
  const dry = await until(
    () => ask<BulkReport>('/transactions/resolve', { ...what, dryRun: true }),
    ({ matched }) => matched === waiting,
    { withinMs: 60_000, everyMs: 1_000 },
  );
  expect(dry).toEqual({
    ...{ matched: waiting, acted: 0, failed: [], dryRun: true },
    heuristic: { mixed: 0, hazard: waiting },
  });
  const { participants: sick } = await ask<SickHosts>('/participants');
  expect(sick).toMatchObject([{ host: participant, waiting, needsAttention: waiting }]);

  const before = healthyOnes();
  await new Promise(resolve => setTimeout(resolve, 3_000));
  const alone = await before.stop();
  const healthy = healthyOnes();
  const began = performance.now();
  const reports = await untilDone(what);
  const tookMs = performance.now() - began;
  const beside = await healthy.stop();
  process.stdout.write(
    `${waiting} resolved in ${(tookMs / 1000).toFixed(1)} s, ${reports.length} request(s); a healthy one took ${ms(alone)} before, ${ms(beside)} meanwhile\n`,
  );
  expect(reports.reduce((sum, { acted }) => sum + acted, 0)).toBe(waiting);
  expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
  expect(median(beside)).toBeLessThan(Math.max(8 * median(alone), 500));

  for (const id of ids) {
    const document = await ask<object>(`/transactions/${id}`);
    const { reason, outcome } = what;
    expect(document).toMatchObject({
      ...{ id, status: 'committed', heuristic: 'hazard', needsAttention: false },
      participants: [{ state: 'forced', forced: { by: 'ann', reason, outcome } }],
      actions: [{ action: 'resolve', participant: 'p1', by: 'ann', reason, outcome }],
    });
  }
  expect(await ask('/transactions/resolve', what)).toEqual({
    matched: 0,
    acted: 0,
    failed: [],
    dryRun: false,
  });
});
