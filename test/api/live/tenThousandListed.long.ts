/**
 * 10,000 transactions, filtered by each parameter and by pairs of them: lists and counts agree with what was started, page by page, while
 * others start and end; and a client sees its own alone. Most are copies of ended ones, put into the database of a server that is stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneFinished } from '../../../bench/scale/clone';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { type ListOfTransactions, type ListedTransaction } from '../../../src/protocol/client/listed';
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { type OwnServer, startOwnServer } from '../../support/ownServer';
import { type Participants, always, hang, startParticipants } from '../../support/participants';
import { eventually } from '../../support/until';

const tokens = {
  alice: 'alice-0123456789abcdef',
  bob: 'bob-0123456789abcdef',
  carol: 'carol-0123456789abcdef',
  ops: 'ops-0123456789abcdef',
};
type Who = keyof typeof tokens;
const env = {
  DTC_API_TOKENS: Object.entries(tokens)
    .map(([name, token]) => `${name}:${name === 'ops' ? 'operator' : 'client'}:${token}`)
    .join(),
};
const finished = 9_700;
const kinds = 3 * 2 * 3;
const running = 60;

/** What it was started as, and came to. */
interface Known extends Pick<
  TransactionDocument,
  'id' | 'status' | 'state' | 'needsAttention' | 'createdAt'
> {
  readonly who: Who;
  readonly tier: string | undefined;
  readonly hosts: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), 'dtc-listed-'));
const database = join(directory, 'temporal.db');
let participants: Participants;
let others: Participants;
let server: OwnServer;
let dtc: TestCoordinator;
const known = new Map<string, Known>();

beforeAll(async () => {
  [participants, others] = [await startParticipants(), await startParticipants()];
  participants.on('no', always('prepare', 409));
  participants.on('hangs', always('prepare', hang));
  participants.on('late', always('commit', 503));
  await begin();
  const originals = await startFinished();
  await dtc.close();
  await server.stop();
  for (const [nth, original] of originals.entries()) copy(original, nth);
  await begin();
  await startRunning();
  await eventually(async () => (await count()) === known.size, 60_000);
}, 300_000);
afterAll(async () => {
  await dtc.close();
  await server.stop();
  await Promise.all([participants.close(), others.close()]);
  rmSync(directory, { recursive: true });
});

const setting = 'frontend.namespaceRPS.visibility=10000'; // as the shipped one: lists are bounded by us

async function begin(): Promise<void> {
  server = await startOwnServer(setting, database);
  const limits = { prepareTimeoutMs: 300_000, completionAttempts: 1, attentionRetryMs: 60_000 };
  dtc = await startCoordinator({ temporalAddress: server.address, env, limits });
}

async function ask(path: string, who: Who, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' };
  return fetch(dtc.url + path, { ...init, headers: { ...headers, ...(init.headers as object) } });
}

/** A list that found no turn, or took too long on a busy machine, is asked for again, as clients do. */
async function json<T>(path: string, who: Who = 'ops'): Promise<T> {
  for (;;) {
    const answer = await ask(path, who);
    const body = (await answer.json()) as T;
    if (answer.status === 200) return body;
    if (answer.status !== 503) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    await sleep(500);
  }
}

const count = async (query = '', who?: Who): Promise<number> => {
  const { count: counted, ...more } = await json<{ count: number }>(`/transactions/count?${query}`, who);
  expect(more).toEqual({});
  return counted;
};

async function* pages(query = '', who?: Who): AsyncGenerator<readonly ListedTransaction[]> {
  let cursor = '';
  do {
    const page: ListOfTransactions = await json(`/transactions?limit=200&${query}${cursor}`, who);
    yield page.transactions;
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
}

async function all(query = '', who?: Who): Promise<ListedTransaction[]> {
  const found: ListedTransaction[] = [];
  for await (const page of pages(query, who)) found.push(...page);
  return found;
}

async function start(who: Who, body: object, waitS = 0): Promise<TransactionDocument> {
  const headers = waitS === 0 ? {} : { prefer: `wait=${waitS}` };
  const answer = await ask('/transactions', who, { method: 'POST', body: JSON.stringify(body), headers });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as TransactionDocument;
}

function remember(who: Who, document: TransactionDocument): Known {
  const { id, status, state, needsAttention, createdAt } = document;
  const hosts = document.participants.map(({ url }) => new URL(url).host);
  const one = { id, status, state, needsAttention, createdAt, who, tier: document.labels?.['tier'], hosts };
  known.set(id, one);
  return one;
}

const tiers = ['gold', 'Gold', undefined];
const labels = (tier: string | undefined): object => (tier === undefined ? {} : { labels: { tier } });

/** Of each owner and tier one that committed, one that was refused, one with another host. */
async function startFinished(): Promise<Known[]> {
  const started: Known[] = [];
  for (const who of ['alice', 'bob'] as const)
    for (const tier of tiers)
      for (const urls of [['a', 'b'], ['a', 'no'], ['c']]) {
        const from = urls[0] === 'c' ? others : participants;
        const body = { participants: urls.map(name => from.url(name)), ...labels(tier) };
        started.push(remember(who, await start(who, body, 50)));
      }
  return started;
}

const everyMs = 120_000;

/** Each a while before the one before, so that a border of time is near few. */
function copy(original: Known, nth: number): void {
  const clones = cloneFinished(database, original.id, {
    count: Math.floor(finished / kinds),
    earlierMs: copyNth => (copyNth + 1) * everyMs + nth * 5_000,
    onlyListed: true,
  });
  for (const { id, earlierMs } of clones) {
    const createdAt = new Date(Date.parse(original.createdAt) - earlierMs).toISOString();
    known.set(id, { ...original, id, createdAt });
  }
}

/** In the middle of each step, and in trouble. */
async function startRunning(): Promise<void> {
  const locks = [{ resource: 'listed', mode: 'exclusive' }];
  const first = { participants: [participants.url('hangs')], locks, timeoutMs: 600_000 };
  const begun: [Who, TransactionDocument][] = [['alice', await start('alice', first)]];
  for (let nth = 0; nth < running; nth += 1) {
    const who = nth % 2 === 0 ? 'alice' : 'bob';
    const name = ['hangs', 'late', 'a'][nth % 3] ?? '';
    const from = nth % 4 === 0 ? others : participants;
    const urls = [from.url('first'), participants.url(name)];
    const waits = name === 'a' ? { locks, lockTimeoutMs: 600_000 } : {};
    const body = { participants: urls, timeoutMs: 600_000, ...waits, ...labels(tiers[nth % 3]) };
    begun.push([who, await start(who, body)]);
  }
  for (const [who, { id, participants: of, locks: wanted }] of begun) {
    const isStuck = of.some(({ url }) => url.includes('/late/'));
    const isThere = (d: TransactionDocument): boolean =>
      isStuck
        ? d.needsAttention
        : wanted === undefined || id === begun[0]?.[1].id || d.state === 'acquiringLocks';
    await eventually(async () => {
      const now = await json<TransactionDocument>(`/transactions/${id}`);
      if (!isThere(now)) return false;
      // what it runs well is told as it was at its start
      remember(who, id === begun[0]?.[1].id ? { ...now, state: 'acquiringLocks' } : now);
      return true;
    });
  }
}

interface Filter {
  readonly query: string;
  readonly fits: (one: Known) => boolean;
}

function filters(): Filter[] {
  const created = [...known.values()].map(({ createdAt }) => createdAt).sort();
  const [since = '', until = ''] = [created[2_500], created[6_000]];
  return [
    ...(['pending', 'committed', 'rolledback'] as const).map(status => ({
      query: `status=${status}`,
      fits: (one: Known) => one.status === status,
    })),
    ...(['acquiringLocks', 'preparing', 'committing', 'rolledback'] as const).map(state => ({
      query: `state=${state}`,
      fits: (one: Known) => one.state === state,
    })),
    { query: 'needsAttention=true', fits: one => one.needsAttention },
    ...[participants, others].map(({ origin }) => {
      const { host } = new URL(origin);
      return { query: `participant=${host}`, fits: (one: Known) => one.hosts.includes(host) };
    }),
    ...['gold', 'Gold'].map(tier => ({
      query: `label.tier=${tier}`,
      fits: (one: Known) => one.tier === tier,
    })),
    { query: `since=${since}`, fits: one => one.createdAt >= since },
    { query: `until=${until}`, fits: one => one.createdAt <= until },
  ];
}

function pairsOf(each: readonly Filter[]): Filter[] {
  const nameOf = ({ query }: Filter): string => query.slice(0, query.indexOf('='));
  return each.flatMap((one, at) =>
    each
      .slice(at + 1)
      .filter(other => nameOf(other) !== nameOf(one))
      .map(other => ({
        query: `${one.query}&${other.query}`,
        fits: (known: Known) => one.fits(known) && other.fits(known),
      })),
  );
}

/** Of many, it is enough to see that each fits, since all are counted. */
async function firstPage(query: string): Promise<string[]> {
  const { transactions }: ListOfTransactions = await json(`/transactions?${query}`);
  return transactions.map(({ id }) => id);
}

function isPartOf(some: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return some.length === 50 && some.every(id => known.has(id)) && new Set(some).size === 50;
}

const sorted = (ids: readonly string[]): string => [...ids].sort().join();
const started = (fits: Filter['fits']): string[] => [...known.values()].filter(fits).map(({ id }) => id);

it('agrees with what was started, by each filter and by pairs', async () => {
  const each = filters();
  const wrong: unknown[] = [];
  const look = async ({ query, fits }: Filter, most: number): Promise<void> => {
    const want = started(fits);
    const counted = await count(query);
    if (counted !== want.length) wrong.push({ query, want: want.length, counted });
    const got = want.length > most ? await firstPage(query) : (await all(query)).map(({ id }) => id);
    const isIt = want.length > most ? isPartOf(got, want) : sorted(got) === sorted(want);
    if (!isIt) wrong.push({ query, want: want.length, got: got.length });
  };
  expect(await count()).toBe(known.size);
  for (const one of each) await look(one, /^label|^participant/.test(one.query) ? 3_400 : 200);
  for (const pair of pairsOf(each)) await look(pair, 200);
  expect(wrong).toEqual([]);
}, 300_000);

it('shows a client all of its own and nothing else, with any filter', async () => {
  for (const who of ['alice', 'bob', 'carol'] as const) {
    const own = started(one => one.who === who);
    expect(await count('', who)).toBe(own.length);
    if (who !== 'bob') expect(sorted((await all('', who)).map(({ id }) => id))).toBe(sorted(own));
    for (const { query, fits } of filters())
      expect([query, await count(query, who)]).toEqual([
        query,
        started(one => one.who === who && fits(one)).length,
      ]);
  }
}, 300_000);

it('misses none while others start and end', async () => {
  const stop = new AbortController();
  const begunAt = new Map<string, number>();
  const churn = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { id } = await start('carol', [participants.url('a')]);
      begunAt.set(id, Date.now());
      await sleep(50);
    }
  };
  const churning = Promise.all([churn(), churn()]);
  await sleep(4_000);
  const before = Date.now() - 2_000; // visibility is that far behind at most
  const [ofAll, ofCarol] = [await all(), await all('', 'carol')];
  const due = [...begunAt].flatMap(([id, at]) => (at < before ? [id] : []));
  const seen = new Set(ofAll.map(({ id }) => id));
  expect([...known.keys(), ...due].filter(id => !seen.has(id))).toEqual([]);
  expect(due.length).toBeGreaterThan(5);
  expect(begunAt.size).toBeGreaterThan(due.length);
  const carols = new Set(ofCarol.map(({ id }) => id));
  expect(due.filter(id => !carols.has(id))).toEqual([]);
  expect([...carols].filter(id => known.has(id))).toEqual([]);
  stop.abort();
  await churning;
}, 300_000);
