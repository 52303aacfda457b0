/**
 * Lists and counts on a real Temporal server: transactions of every kind, found by each filter and by pairs of them, page by page, and
 * told of no more than their documents are (PROTOCOL §3).
 */
import { randomUUID } from 'node:crypto';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { type ListOfTransactions, type ListedTransaction } from '../../../src/protocol/client/listed';
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { type Participants, always, hang, startParticipants } from '../../support/participants';
import { temporalWorkflow } from '../../support/temporalCli';
import { eventually, until } from '../../support/until';

const tokens = { alice: 'alice-0123456789abcdef', bob: 'bob-0123456789abcdef', ops: 'ops-0123456789abcdef' };
type Who = keyof typeof tokens;

let participants: Participants;
let dtc: TestCoordinator;
/** By kind. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  participants = await startParticipants();
  dtc = await startCoordinator({
    env: {
      DTC_COORDINATOR_ID: `l${randomUUID().slice(0, 8)}`, // others share the server
      DTC_API_TOKENS: `alice:client:${tokens.alice},bob:client:${tokens.bob},ops:operator:${tokens.ops}`,
    },
    limits: { prepareTimeoutMs: 30_000, completionAttempts: 1, lockTimeoutMs: 60_000 },
  });
  await startAll();
});
afterAll(async () => {
  await Promise.all(Object.values(ids).map(id => temporalWorkflow('terminate', id).catch(() => undefined)));
  await dtc.close();
  await participants.close();
});

async function ask(path: string, who: Who = 'ops', init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' };
  return fetch(dtc.url + path, { ...init, headers: { ...headers, ...(init.headers as object) } });
}

async function json<T>(path: string, who: Who = 'ops'): Promise<T> {
  const answer = await ask(path, who);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const read = (id: string): Promise<TransactionDocument> => json(`/transactions/${id}`);
const reaches = (id: string, reached: (document: TransactionDocument) => boolean) =>
  until(() => read(id), reached);
const page = (query = '', who?: Who): Promise<ListOfTransactions> => json(`/transactions?${query}`, who);
const count = async (query = '', who?: Who): Promise<number> =>
  (await json<{ count: number }>(`/transactions/count?${query}`, who)).count;

async function all(query = '', who?: Who): Promise<ListedTransaction[]> {
  const found: ListedTransaction[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const more: ListOfTransactions = await page(`${query}${next === '' ? '' : `&cursor=${next}`}`, who);
    found.push(...more.transactions);
    next = more.next;
  }
  return found;
}

async function start(who: Who, body: object, wait = 0): Promise<string> {
  const headers = wait === 0 ? {} : { prefer: `wait=${wait}` };
  const answer = await ask('/transactions', who, { method: 'POST', body: JSON.stringify(body), headers });
  const document = (await answer.json()) as TransactionDocument;
  if (answer.status !== 201) throw new Error(JSON.stringify(document));
  return document.id;
}

async function act(id: string, verb: string, body: object): Promise<void> {
  const answer = await ask(`/transactions/${id}/${verb}`, 'ops', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

const nowhere = 'http://127.0.0.1:9/nobody/prepare';
const nasty = `o'b"r\\i%e_n♡ Ä`;

async function startAll(): Promise<void> {
  const url = (name: string): string => participants.url(name);
  const locks = [{ resource: `lists-${dtc.tag}`, mode: 'exclusive' }];
  participants.on('no', always('prepare', 409));
  participants.on('hangs', always('prepare', hang));
  participants.on('late', always('commit', 503));
  participants.on('deaf', always('rollback', 503));
  ids['committed'] = await start(
    'alice',
    { participants: [url('a'), url('b')], labels: { kind: 'plain' } },
    60,
  );
  ids['refused'] = await start('bob', [url('a'), url('no')], 60);
  ids['unreached'] = await start('alice', { participants: [nowhere], timeoutMs: 2_000 }, 60);
  ids['preparing'] = await start('bob', { participants: [url('a'), url('hangs')], labels: { kind: 'slow' } });
  ids['stuck'] = await start('alice', { participants: [url('a'), url('late')], labels: { kind: nasty } });
  ids['deaf'] = await start('alice', { participants: [url('deaf'), url('no')], locks }, 60);
  ids['waits'] = await start('alice', { participants: [url('c')], locks, labels: { kind: 'plain' } });
  ids['forced'] = await start('alice', [url('late'), url('a')]);
  ids['terminated'] = await start('alice', { participants: [url('hangs')], labels: { kind: 'plain' } });
  ids['takenUp'] = await start('bob', { participants: [url('late')], labels: { kind: 'plain', Case: 'X' } });
  const isNeedy = (d: TransactionDocument): boolean => d.needsAttention;
  for (const kind of ['stuck', 'deaf', 'forced', 'takenUp']) await reaches(ids[kind] ?? '', isNeedy);
  const why = { participant: 'p1', outcome: 'rolledback', reason: 'looked' };
  await act(ids['forced'], 'resolve', why);
  for (const kind of ['terminated', 'takenUp']) await temporalWorkflow('terminate', ids[kind] ?? '');
  await reaches(ids['takenUp'], d => d.state === 'interrupted');
  expect((await dtc.recover(ids['takenUp'])).is).toBe('recovered');
  await reaches(ids['takenUp'], d => d.recoveries !== undefined && d.needsAttention);
  for (const kind of ['committed', 'refused', 'unreached', 'forced'])
    await reaches(ids[kind] ?? '', d => d.endedAt !== undefined);
  await eventually(listsKeepUp);
}

/** Visibility lags. */
async function listsKeepUp(): Promise<boolean> {
  const open = await all('status=pending');
  const ended = await all('needsAttention=false&status=committed');
  const isThere = (list: ListedTransaction[], kind: string): boolean =>
    list.some(({ id }) => id === ids[kind]);
  return (
    isThere(ended, 'forced') &&
    open.some(({ id, needsAttention }) => id === ids['takenUp'] && needsAttention) &&
    open.some(({ id, state }) => id === ids['terminated'] && state === 'interrupted') &&
    (await all('state=rollingBack&needsAttention=true')).some(({ id }) => id === ids['deaf'])
  );
}

it('lists each once, what runs first and the newest first, with what its document says', async () => {
  const list = await all();
  expect(list.map(({ id }) => id).sort()).toEqual(Object.values(ids).sort());
  const isOpen = ({ endedAt, state }: ListedTransaction): boolean =>
    endedAt === undefined && state !== 'interrupted';
  const open = list.filter(isOpen);
  expect(list.slice(0, open.length)).toEqual(open);
  const order = open.map(({ createdAt, id }) => (id === ids['takenUp'] ? undefined : createdAt));
  const created = order.filter(at => at !== undefined);
  expect(created).toEqual([...created].sort().reverse());
  for (const entry of list) expectNoMore(entry, await read(entry.id));
});

/** Some time ago, or where nobody wrote it down, it knows less; never anything else. */
function expectNoMore(entry: ListedTransaction, document: TransactionDocument): void {
  const { participants: listed, endedAt, reason, ...rest } = entry;
  const settled = document.endedAt !== undefined || document.needsAttention;
  if (settled) expect(document).toMatchObject(rest);
  else expect(entry).toMatchObject({ status: 'pending', decision: null, needsAttention: false });
  if (endedAt !== undefined)
    expect(Math.abs(Date.parse(endedAt) - Date.parse(document.endedAt ?? ''))).toBeLessThan(5_000);
  else expect(document).not.toHaveProperty('endedAt');
  if (reason !== undefined) expect(document.reason).toEqual(reason);
  listed.forEach(({ name, host, state }, at) => {
    const participant = document.participants[at];
    expect({ name, host }).toEqual({
      name: participant?.name,
      host: new URL(participant?.url ?? '').host,
    });
    if (settled && state !== undefined && state !== 'waiting')
      expect({ id: entry.id, state }).toEqual({ id: entry.id, state: participant?.state });
  });
}

it('tells of a healthy one, where nothing is upserted but its search attributes, all but the reason', async () => {
  const list = await all();
  const of = (kind: string): ListedTransaction | undefined => list.find(({ id }) => id === ids[kind]);
  const { host } = new URL(participants.origin);
  expect(of('committed')).toEqual({
    ...{ id: ids['committed'], status: 'committed', state: 'committed', decision: 'commit' },
    needsAttention: false,
    createdAt: expect.any(String) as string,
    decideBy: expect.any(String) as string,
    endedAt: expect.any(String) as string,
    labels: { kind: 'plain' },
    participants: [
      { name: 'p1', host, state: 'committed' },
      { name: 'p2', host, state: 'committed' },
    ],
  });
  expect(of('refused')?.participants.map(({ state }) => state)).toEqual(['rolledback', 'rolledback']);
  expect(of('unreached')).toMatchObject({
    reason: { code: 'unavailable' },
    participants: [{ host: '127.0.0.1:9', state: 'unanswered' }],
  });
  expect(of('forced')).toMatchObject({
    heuristic: 'mixed',
    participants: [{ state: 'forced' }, { state: 'committed' }],
  });
  expect(of('waits')).toMatchObject({ state: 'acquiringLocks', participants: [{ state: 'waiting' }] });
});

interface Filter {
  readonly query: string;
  readonly fits: (entry: ListedTransaction) => boolean;
}

/** Of the documents, by what was started: no query decides what fits. */
function filters(list: readonly ListedTransaction[]): Filter[] {
  const values = <T>(of: (entry: ListedTransaction) => T): T[] => [...new Set(list.map(of))];
  const created = list.map(({ createdAt }) => createdAt).sort();
  const [since = '', until = ''] = [created[3], created.at(-3)];
  return [
    ...values(({ status }) => status).map(status => ({
      query: `status=${status}`,
      fits: (entry: ListedTransaction) => entry.status === status,
    })),
    ...values(({ state }) => state).map(state => ({
      query: `state=${state}`,
      fits: (entry: ListedTransaction) => entry.state === state,
    })),
    ...[true, false].map(needs => ({
      query: `needsAttention=${needs}`,
      fits: (entry: ListedTransaction) => entry.needsAttention === needs,
    })),
    ...[new URL(participants.origin).host, '127.0.0.1:9', 'nobody.example'].map(host => ({
      query: `participant=${host}`,
      fits: (entry: ListedTransaction) => entry.participants.some(p => p.host === host),
    })),
    ...['plain', 'slow', 'PLAIN', nasty, nasty.toLowerCase(), `' OR 'a' = 'a`, '%', '"', '\\'].map(kind => ({
      query: `label.kind=${encodeURIComponent(kind)}`,
      fits: (entry: ListedTransaction) => entry.labels?.['kind'] === kind,
    })),
    { query: 'label.Case=X', fits: entry => entry.labels?.['Case'] === 'X' },
    { query: 'label.Case=x', fits: () => false },
    { query: `since=${since}`, fits: entry => entry.createdAt >= since },
    { query: `until=${until}`, fits: entry => entry.createdAt <= until },
  ];
}

it('finds and counts by each filter, and by pairs of them, what fits and nothing else', async () => {
  const list = await all();
  const each = filters(list);
  const nameOf = ({ query }: Filter): string => query.slice(0, query.indexOf('='));
  const firsts = each.filter((one, at) => each.findIndex(other => nameOf(other) === nameOf(one)) === at);
  const pairs = firsts.flatMap((one, at) =>
    firsts.slice(at + 1).map(other => ({
      query: `${one.query}&${other.query}`,
      fits: (entry: ListedTransaction) => one.fits(entry) && other.fits(entry),
    })),
  );
  const wrong: unknown[] = [];
  for (const { query, fits } of [...each, ...pairs]) {
    const want = list.filter(fits).map(({ id }) => id);
    const got = (await all(query)).map(({ id }) => id);
    const counted = await count(query);
    if (JSON.stringify(got) !== JSON.stringify(want) || counted !== want.length)
      wrong.push({ query, want, got, counted });
  }
  expect(wrong).toEqual([]);
  expect(await count()).toBe(list.length);
});

it('hints at the port of a host that the caller’s transactions have, and at no other’s', async () => {
  const { hostname, host } = new URL(participants.origin);
  const hintTo = async (path: string, who: Who = 'ops'): Promise<unknown> =>
    ((await (await ask(path, who)).json()) as { hint?: string }).hint;
  for (const path of ['/transactions', '/transactions/count'])
    expect(await hintTo(`${path}?participant=${hostname}&label.kind=plain`, 'bob')).toMatch(
      `at a host "${hostname}", but "${host}" is known`,
    );
  expect(await hintTo(`/transactions?participant=${hostname}`, 'alice')).toContain('"127.0.0.1:9"');
  expect(await hintTo(`/transactions?participant=${host}&label.kind=nothing`)).toBeUndefined();
  expect(await hintTo('/transactions?participant=nobody.example')).toBeUndefined();
});

it('gives the same page by page', async () => {
  const list = await all();
  for (const size of [1, 3, 200]) expect(await all(`limit=${size}`)).toEqual(list);
  expect((await page('limit=3')).transactions).toEqual(list.slice(0, 3));
});

it('takes a cursor for the list that gave it alone', async () => {
  const { next = '' } = await page('limit=2');
  expect(next).not.toBe('');
  expect((await page(`limit=5&cursor=${next}`)).transactions.length).toBeGreaterThan(0);
  const changed = next.replace(/^./, first => (first === 'a' ? 'b' : 'a'));
  for (const [query, who] of [
    [`status=pending&cursor=${next}`, 'ops'],
    [`cursor=${next}`, 'alice'],
    [`cursor=${changed}`, 'ops'],
    [`cursor=${next.slice(0, -1)}`, 'ops'],
    ['cursor=', 'ops'],
    ['cursor=eyJhIjoxfQ', 'ops'],
  ] as const) {
    const answer = await ask(`/transactions?${query}`, who);
    expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ query: 'cursor' }] }]);
  }
});

it('shows a client its own, and no trace of another’s', async () => {
  const of = async (who: Who): Promise<string[]> => (await all('', who)).map(({ id }) => id);
  const [alice, bob] = [await of('alice'), await of('bob')];
  expect(bob.sort()).toEqual([ids['refused'], ids['preparing'], ids['takenUp']].sort());
  expect([...alice, ...bob].sort()).toEqual(Object.values(ids).sort());
  expect(await count('', 'bob')).toBe(3);
  expect(await count('', 'alice')).toBe(alice.length);
  expect(await all('label.kind=slow', 'alice')).toEqual([]);
});

it('finds by each of more labels than a search attribute holds', async () => {
  const labels = Object.fromEntries(
    Array.from({ length: 32 }, (_, nth) => [`${'k'.repeat(60)}${nth}`, `${nth}${'€'.repeat(250)}`]),
  );
  const id = await start('bob', { participants: [participants.url('a')], labels }, 60);
  ids['labelled'] = id;
  await eventually(
    async () =>
      (await count(
        `label.${Object.keys(labels)[0]}=${encodeURIComponent(labels[Object.keys(labels)[0] ?? ''] ?? '')}`,
      )) === 1,
  );
  for (const [key, value] of Object.entries(labels))
    expect((await all(`label.${key}=${encodeURIComponent(value)}`)).map(each => each.id)).toEqual([id]);
  const { typedSearchAttributes: listed } = await dtc.client.workflow.getHandle(id).describe();
  const names = [...listed.getAll()].map(({ key }) => key.name);
  expect(names).toEqual(expect.arrayContaining(['TransactionLabels', 'StartedBy', 'TransactionStatus']));
});

it('sets nothing at the start for who has no labels and asks without a name', async () => {
  const plain = await startCoordinator({ apiOnly: true });
  const { id } = await plain.start([participants.url('a')]);
  const { typedSearchAttributes } = await plain.client.workflow.getHandle(id).describe();
  expect(typedSearchAttributes.getAll()).toEqual([]);
  await temporalWorkflow('terminate', id);
  await plain.close();
});

describe('where Temporal has much to do', () => {
  afterEach(() => jest.restoreAllMocks());
  type Call = (...args: readonly unknown[]) => Promise<unknown>;
  const service = (): Record<string, Call> =>
    dtc.client.connection.workflowService as unknown as Record<string, Call>;

  // what nobody has asked a moment before: that has its answer
  const fresh = 'until=2000-01-01T00:00:00Z';
  it.each([`/transactions?${fresh}`, `/transactions/count?${fresh}`])(
    'answers 503 of %s in time where it says nothing',
    async path => {
      for (const name of ['listWorkflowExecutions', 'countWorkflowExecutions'])
        jest.spyOn(service(), name).mockImplementation(() => new Promise(() => undefined));
      const began = performance.now();
      const answer = await ask(path);
      expect([answer.status, await answer.json()]).toMatchObject([
        503,
        { type: '/problems/engine-unavailable' },
      ]);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(performance.now() - began).toBeLessThan(3_500);
    },
  );

  it('reads two lists at once, however many that differ are asked for, and starts what is started meanwhile', async () => {
    const real = service()['listWorkflowExecutions']?.bind(service());
    let [now, most] = [0, 0];
    jest.spyOn(service(), 'listWorkflowExecutions').mockImplementation(async (...args) => {
      now += 1;
      most = Math.max(most, now);
      return real?.(...args).finally(() => (now -= 1));
    });
    const own = (nth: number): string => `/transactions?limit=1&label.nth=${String(nth)}`;
    const burst = Promise.all(Array.from({ length: 300 }, (_, nth) => ask(own(nth))));
    const started = await start('alice', { participants: [participants.url('a')] }, 60);
    expect((await read(started)).status).toBe('committed');
    const answers = await burst;
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const each of refused)
      expect([each.status, await each.json()]).toMatchObject([503, { type: '/problems/overloaded' }]);
    expect(most).toBe(2);
  });
});
