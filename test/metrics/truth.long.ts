/** Every metric has the value that the test computes otherwise: from what participants received, from documents, and from what it sent itself. */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { exclusive, newResource } from '../locks/support';
import { sweep, useSweeps } from '../orphans/support/sweeps';
import { freePort, listenHttp } from '../support/listening';
import { type Received, always, hang } from '../support/participants';
import { type Scraped, scrape } from '../support/scraped';
import { untilListed } from '../support/temporalCli';
import { eventually, until } from '../support/until';

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly code: number;
}

/** What this file sends to the coordinator, by whatever helper. */
const sent: SentRequest[] = [];
const realFetch = globalThis.fetch;

beforeAll(() => {
  globalThis.fetch = async (input, init) => {
    const answer = await realFetch(input, init);
    const { origin, pathname } = new URL(input);
    if (origin === world.dtc.url)
      sent.push({ method: init?.method ?? 'GET', path: pathname, code: answer.status });
    return answer;
  };
});
afterAll(() => {
  globalThis.fetch = realFetch;
});

/** Requests have time enough on a busy machine: which way each transaction ends is what is counted. */
const limits = {
  prepareAttempts: 2,
  completionAttempts: 3,
  prepareTimeoutMs: 5_000,
  completionTimeoutMs: 5_000,
};
const world = useSweeps({ limits });

const ids: string[] = [];
/** Host and port at which nobody listens. */
let nowhere = '';
beforeAll(async () => {
  nowhere = `127.0.0.1:${String(await freePort())}`;
});

async function start(body: unknown): Promise<string> {
  const { id } = await world.dtc.start(body);
  ids.push(id);
  return id;
}

const urls = (...names: string[]): string[] => names.map(name => world.participants.url(name));

function endedDocument(id: string): Promise<TransactionDocument> {
  return world.dtc.until(id, d => d.endedAt !== undefined);
}

/** A transaction each way to end, the last one not at all. */
async function play(): Promise<void> {
  const { dtc, participants } = world;
  participants.on('no', always('prepare', 409));
  participants.on('silent', always('prepare', hang));
  participants.on('broken', always('commit', 503));
  for (let i = 0; i < 3; i += 1) await start(urls('a', 'b'));
  for (let i = 0; i < 2; i += 1) await start(urls('a', 'no'));
  const within = (timeoutMs: number, ...names: string[]): object => ({
    timeoutMs,
    participants: urls(...names).map(url => ({ url, timeoutMs: timeoutMs / 2 })),
  });
  await start([...urls('a'), `http://${nowhere}/away/prepare`]);
  await start(within(4_000, 'a', 'silent')); // the second try has time to arrive on a busy machine, too

  const aborted = await start(within(2_500, 'a', 'silent'));
  await eventually(() => participants.requests(aborted, 'silent').length > 0);
  expect((await dtc.act(aborted, 'abort')).status).toBe(200);

  const forced = await start(urls('a', 'broken'));
  await dtc.until(forced, d => d.needsAttention);
  expect((await dtc.act(forced, 'retry')).status).toBe(200); // attention is raised once
  const resolution = { participant: 'p2', outcome: 'rolledback', reason: 'gone' };
  expect((await dtc.act(forced, 'resolve', resolution)).status).toBe(200);

  await start({ participants: urls('a', 'broken'), onCommitFailure: 'rollback' });

  await waitForLocks();
  await Promise.all(ids.map(endedDocument));

  const stays = await start(urls('a', 'broken'));
  await dtc.until(stays, d => d.needsAttention);
  await untilListed(stays, 'NeedsAttention = true');
}

/** One holds a lock until another has waited for it, and a third has given it up. */
async function waitForLocks(): Promise<void> {
  const { dtc, participants } = world;
  let release: (() => void) | undefined;
  participants.on('thinks', ({ phase }) =>
    phase === 'prepare' && release === undefined
      ? response => (release = () => response.end('{}'))
      : undefined,
  );
  const locks = [exclusive(newResource('metrics'))];
  const patient = {
    timeoutMs: 30_000,
    participants: [{ url: participants.url('thinks'), timeoutMs: 20_000 }],
    locks,
  };
  await start(patient);
  await eventually(() => release !== undefined);
  const second = await start(patient);
  await dtc.until(second, d => d.locks?.[0]?.state === 'waiting');
  await endedDocument(await start({ ...patient, lockTimeoutMs: 100 }));
  release?.();
}

function countBy<T>(all: readonly T[], key: (each: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of all) counts[key(each)] = (counts[key(each)] ?? 0) + 1;
  return counts;
}

function expectSums(
  seen: Scraped,
  name: string,
  label: string,
  expected: Readonly<Record<string, number>>,
): void {
  const values = new Set(
    seen.samples.filter(each => each.name === name).map(({ labels }) => labels[label] ?? ''),
  );
  const found = [...values].map(value => [value, seen.sum(name, { [label]: value })] as const);
  expect(Object.fromEntries(found.filter(([, sum]) => sum !== 0))).toEqual(expected);
}

function ms(from: string | undefined, to: string | undefined): number {
  return Date.parse(to ?? '') - Date.parse(from ?? '');
}

const routes: readonly (readonly [pattern: RegExp, route: string])[] = [
  [/^\/transactions\/[a-z0-9]+\/(abort|retry|resolve)$/, '/transactions/:id/$1'],
  [/^\/transactions\/[a-z0-9]+$/, '/transactions/:id'],
];

function routeOf(path: string): string {
  const [pattern, route] = routes.find(([each]) => each.test(path)) ?? [];
  return pattern === undefined ? path : path.replace(pattern, route ?? '');
}

it('counts what happened, each once', async () => {
  const { dtc, participants, list } = world;
  await play();
  list.entries = [{ transactionId: ids[0] ?? '', participant: 'p1' }];
  await sweep(dtc);
  await sweep(dtc);
  expect(list.sent).toHaveLength(1);
  const documents = await Promise.all(
    [...ids, participants.received[0]?.transactionId ?? ''].map(id => dtc.get(id)),
  );
  const over = documents.filter(d => d.endedAt !== undefined);
  expect(documents.length - over.length).toBe(1);

  // the first scrape begins the look that the later ones show, once the last sweep's report is listed
  const requests = [...sent];
  const requestsOver = await holdStill();
  const seen = await scrape(dtc.url);
  const looked = await until(
    () => scrape(dtc.url),
    each => each.sum('dtc_transactions_needing_attention') > 0,
  );

  expect(seen.sum('dtc_transactions_started_total')).toBe(documents.length);
  const endings = countBy(over, d => `${d.status} ${d.reason?.code ?? 'none'}`);
  expect(endings).toEqual({
    'committed none': 7,
    'rolledback refused': 2,
    'rolledback unavailable': 1,
    'rolledback deadline': 1,
    'rolledback aborted': 1,
    'rolledback commitFailure': 1,
    'rolledback lockTimeout': 1,
  });
  for (const [ending, count] of Object.entries(endings)) {
    const [status = '', reason = ''] = ending.split(' ');
    expect([ending, seen.sum('dtc_transactions_ended_total', { status, reason })]).toEqual([ending, count]);
  }
  expect(seen.sum('dtc_transactions_ended_total')).toBe(over.length);
  expectSums(
    seen,
    'dtc_transaction_seconds_count',
    'status',
    countBy(over, d => d.status),
  );
  const total = over.reduce((sum, d) => sum + ms(d.createdAt, d.endedAt), 0);
  expect(seen.sum('dtc_transaction_seconds_sum')).toBeCloseTo(total / 1000, 3);
  expectSums(
    seen,
    'dtc_heuristics_total',
    'kind',
    countBy(
      over.filter(d => d.heuristic),
      d => d.heuristic ?? '',
    ),
  );
  expect(seen.sum('dtc_heuristics_total')).toBe(2);

  const plain = over.filter(d => d.locks === undefined && d.reason?.code !== 'commitFailure');
  expect(seen.sum('dtc_phase_seconds_count', { phase: 'prepare' })).toBe(over.length - 1); // not who got no lock
  expect(seen.sum('dtc_phase_seconds_count', { phase: 'commit' })).toBe(7 + 1);
  const inPlainPhases = plain.reduce((sum, d) => sum + ms(d.createdAt, d.endedAt), 0);
  expect(seen.sum('dtc_phase_seconds_sum') * 1000).toBeGreaterThan(inPlainPhases - 1);
  const inAll = seen.sum('dtc_phase_seconds_sum') + seen.sum('dtc_lock_wait_seconds_sum');
  expect(inAll).toBeCloseTo(total / 1000, 2);
  expect(seen.sum('dtc_lock_wait_seconds_count')).toBe(3);
  expect(seen.sum('dtc_lock_wait_seconds_sum')).toBeGreaterThan(0.2); // one gave up after 0.1 s, one waited for longer

  const host = new URL(participants.origin).host;
  const received = countBy(requestsOver, r => r.phase);
  received['prepare'] = (received['prepare'] ?? 0) + limits.prepareAttempts; // of which nobody heard
  expectSums(seen, 'dtc_participant_requests_total', 'phase', received);
  expectSums(seen, 'dtc_participant_request_seconds_count', 'phase', received);
  expectSums(seen, 'dtc_participant_requests_total', 'host', {
    [host]: requestsOver.length,
    [nowhere]: limits.prepareAttempts,
  });
  expect(seen.sum('dtc_participant_requests_total', { phase: 'prepare', result: 'no' })).toBe(2);
  expect(seen.sum('dtc_participant_requests_in_flight', { host })).toBe(1);
  expectSums(seen, 'dtc_attention_total', 'host', { [host]: 2 });

  expect(looked.sum('dtc_transactions_needing_attention')).toBe(1);
  expect(looked.sum('dtc_transactions', { status: 'pending' })).toBe(1);
  expectSums(looked, 'dtc_transactions', 'status', { pending: 1, ...countBy(over, d => d.status) });
  expectSums(seen, 'dtc_orphan_actions_total', 'action', { commit: 1 });
  expect(seen.sum('dtc_orphan_actions_total', { result: 'done' })).toBe(1);
  expectSums(looked, 'dtc_orphans', 'kind', { stuck: 1 });

  const answered = countBy(
    requests,
    ({ method, path, code }) => `${method} ${routeOf(path)} ${String(code)}`,
  );
  for (const [each, count] of Object.entries(answered)) {
    const [method = '', route = '', code = ''] = each.split(' ');
    expect([each, seen.sum('dtc_http_requests_total', { method, route, code })]).toEqual([each, count]);
  }
  expect(seen.sum('dtc_http_requests_total')).toBe(requests.length);
  expect(seen.sum('dtc_http_request_seconds_count')).toBe(requests.length);
});

/** All requests to participants that are over: the one that goes on being asked is given no answer for a while. */
async function holdStill(): Promise<readonly Received[]> {
  const { participants } = world;
  const before = participants.received.length;
  participants.on('broken', always('commit', hang));
  await eventually(() => participants.received.length > before);
  return participants.received.slice(0, -1);
}

it('tells how long requests wait for a place', async () => {
  const { dtc, participants } = world;
  participants.on('broken', () => undefined);
  await Promise.all(ids.map(endedDocument));
  const before = await scrape(dtc.url);
  const names = Array.from({ length: 24 }, (_, i) => `slow${String(i)}`);
  for (const name of names)
    participants.on(name, ({ phase }) =>
      phase === 'prepare' ? response => setTimeout(() => response.end('{}'), 100) : undefined,
    );
  const { status } = await dtc.run(urls(...names));
  expect(status).toBe('committed');
  const after = await scrape(dtc.url);
  const grown = (name: string): number => after.sum(name) - before.sum(name);
  expect(grown('dtc_bulkhead_wait_seconds_count')).toBe(2 * names.length);
  expect(grown('dtc_bulkhead_wait_seconds_sum')).toBeGreaterThan(0.4); // a host has 16 places at first
});

it('shows what is under way', async () => {
  const { dtc, participants } = world;
  const held: (() => void)[] = [];
  participants.on(
    'held',
    always('prepare', response => held.push(() => response.end('{}'))),
  );
  const host = new URL(participants.origin).host;
  const waits = dtc.run(urls('held'));
  const under = (seen: Scraped): readonly number[] => [
    seen.sum('dtc_waiting_requests'),
    seen.sum('dtc_participant_requests_in_flight', { host }),
  ];
  await until(
    () => scrape(dtc.url),
    seen => under(seen).join() === '1,1',
  );
  held[0]?.();
  await waits;
  await until(
    () => scrape(dtc.url),
    seen => under(seen)[0] === 0,
  );
});

it('counts the wait of a caller for a lock, granted or not', async () => {
  const { dtc } = world;
  const before = await scrape(dtc.url);
  const resource = newResource('alone');
  const ask = (holder: string, waitMs: number): Promise<Response> =>
    fetch(`${dtc.url}/locks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resource, holder, ttlMs: 10_000, waitMs }),
    });
  expect((await ask('one', 0)).status).toBe(201);
  expect((await ask('two', 300)).status).toBe(408);
  const after = await scrape(dtc.url);
  const grown = (name: string): number => after.sum(name) - before.sum(name);
  expect(grown('dtc_lock_wait_seconds_count')).toBe(2);
  expect(grown('dtc_lock_wait_seconds_sum')).toBeGreaterThan(0.3);
});

it('counts what receivers of notifications made of them', async () => {
  const { dtc } = world;
  const answers = [503, 200];
  let asked = 0;
  const receiver = await listenHttp((request, response) => {
    request.resume();
    response.writeHead(answers[asked] ?? 200).end();
    asked += 1;
  });
  try {
    await dtc.run({ participants: urls('a'), notify: { url: `${receiver.origin}/told` } });
    const seen = await until(
      () => scrape(dtc.url),
      each => each.sum('dtc_notifications_total', { result: 'delivered' }) > 0,
      { withinMs: 60_000 },
    );
    expectSums(seen, 'dtc_notifications_total', 'result', { failed: 1, delivered: 1 });
    expect(asked).toBe(2);
  } finally {
    await receiver.close();
  }
});

it('has no id, name or token of a client in a label', async () => {
  const { dtc } = world;
  for (const path of [
    '/transactions/none',
    '/transactions/a/b/c',
    '/locks/secret-name',
    '/what/is/this',
    '/',
  ])
    await fetch(dtc.url + path);
  const { samples } = await scrape(dtc.url);
  const seen = new Set(samples.flatMap(({ labels }) => labels['route'] ?? []));
  const paths = ['/transactions/:id', '/transactions/*', '/locks/:resource', 'none'];
  expect([...seen]).toEqual(expect.arrayContaining(paths));
  expect([...seen].join(' ')).not.toMatch(/secret|what|[0-9]/);
});
