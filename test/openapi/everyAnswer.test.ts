/**
 * Whatever `/openapi.json` describes is answered: each status of each operation, and each problem, is had from the API once. That nothing else
 * is answered is seen in all tests (test/support/documented.ts).
 */
import { type Payload } from '@temporalio/common';
import { SignJWT, generateKeyPair } from 'jose';
import { consoleFiles } from '../../src/api/console/page';
import { describedOnce } from '../../src/api/openapi/routes';
import { type OperationObject } from '../../src/api/openapi/document';
import { readConfig } from '../../src/config/readConfig';
import * as errors from '../../src/coordinator/errors';
import { changesOf } from '../../src/protocol/client/changes';
import { type ProblemName } from '../../src/protocol/client/problems';
import { type SweepReport } from '../../src/protocol/orphans/report';
import { FakeCoordinator } from '../api/fakeCoordinator';
import { type Answer, Harness, type RequestParts } from '../api/harness';

const { document } = describedOnce(readConfig({}));
const operations = Object.values(document.paths).flatMap(item => Object.values(item));

type Ask = RequestParts & { readonly path: string };

/** Its name has its hash. */
const [consoleFile = ''] = consoleFiles().assets.keys();

const transactions = ['http://a/prepare'];
const resolve = { participant: 'p1', outcome: 'unknown', reason: 'it is gone' };

/** What each operation is asked where all is well. */
const asks: Readonly<Record<string, Ask>> = {
  startTransaction: { path: '/transactions', json: transactions },
  readTransaction: { path: '/transactions/testt1' },
  watchTransaction: { path: '/transactions/testt1/events' },
  abortTransaction: { path: '/transactions/testt1/abort', json: { reason: 'gone' } },
  retryTransaction: { path: '/transactions/testt1/retry', json: {} },
  resolveTransaction: { path: '/transactions/testt1/resolve', json: resolve },
  listTransactions: { path: '/transactions?status=pending&needsAttention=false&label.a=b&limit=7' },
  countTransactions: { path: '/transactions/count?participant=a:8080&since=2026-01-31T12:00:00Z' },
  retryTransactions: { path: '/transactions/retry', json: { participant: 'a', dryRun: true } },
  resolveTransactions: { path: '/transactions/resolve', json: { ...resolve, participant: 'a' } },
  listSickParticipants: { path: '/participants' },
  acquireLock: { path: '/locks', json: { resource: 'a/b', holder: 'me', ttlMs: 1_000 } },
  listLocks: { path: '/locks?limit=5' },
  releaseLockNamed: { path: '/locks?resource=a/b&holder=me', method: 'DELETE' },
  readLock: { path: '/locks/a%2Fb' },
  releaseLock: { path: '/locks/a/me', method: 'DELETE' },
  readOrphans: { path: '/orphans' },
  sweepOrphans: { path: '/orphans/sweep', json: { dryRun: true } },
  decodePayloads: { path: '/codec/decode', json: { payloads: [{ data: '' }] } },
  encodePayloads: { path: '/codec/encode', json: { payloads: [{}] } },
  readConsole: { path: '/console/' },
  readConsoleFile: { path: `/console/assets/${consoleFile}` },
  readConsoleFacts: { path: '/console/about' },
  readHealth: { path: '/healthz' },
  readReadiness: { path: '/readyz' },
  readMetrics: { path: '/metrics' },
  listProblems: { path: '/problems' },
  readProblem: { path: '/problems/overloaded' },
  readOpenApi: { path: '/openapi.json' },
  readDocs: { path: '/docs' },
};

/** How a problem is brought about. */
interface Way {
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: (api: Harness, id: string) => unknown;
  readonly instead?: (ask: Ask, id: string) => Partial<Ask> | Promise<Partial<Ask>>;
}

const tokens = {
  DTC_API_TOKENS: 'alice:client:0123456789abcdef,pat:participant:0123456789abcdeg',
};
const as = (token: string): { readonly headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});

/** All that the API asks answers so. */
function fail(api: Harness, error: Error): void {
  const { coordinator, bulk, orphans, locks, lists } = api;
  api.workers = () => Promise.reject(error);
  const named =
    'start read watch abort retryNow resolve ready retry sickHosts lastReport sweepNow acquire release list count';
  for (const part of [coordinator, bulk, orphans, locks, lists])
    for (const name of named.split(' ')) Object.assign(part, { [name]: () => Promise.reject(error) });
}

const throwing = (make: (id: string) => Error): Way => ({
  prepare: (api, id) => {
    fail(api, make(id));
  },
});

const leased = (leased: Harness['locks']['leased']): ((api: Harness) => unknown) => {
  return api => (api.locks.leased = leased);
};

/** A query, header or path that this operation cannot take; a body, where it has one. */
const invalid: Readonly<Record<string, Partial<Ask>>> = {
  readTransaction: { headers: { prefer: 'wait=soon' } },
  watchTransaction: { headers: { 'last-event-id': 'x' } },
  listTransactions: { path: '/transactions?limit=0' },
  countTransactions: { path: '/transactions/count?limit=5' },
  listSickParticipants: { path: '/participants?limit=5' },
  readOrphans: { path: '/orphans?limit=5' },
  listLocks: { path: '/locks?limit=0' },
  releaseLockNamed: { path: '/locks?resource=a' },
  readLock: { path: '/locks/-' },
  releaseLock: { path: '/locks/-/me' },
  readProblem: { path: '/problems/%ZZ' },
  readConsoleFacts: { path: '/console/about?limit=5' },
};

const notFound: Readonly<Record<string, string>> = { readConsoleFile: '/console/assets/none.js' };

const ways: Partial<Record<ProblemName, Way>> = {
  'invalid-json': {
    instead: () => ({ json: undefined, body: '{', headers: { 'content-type': 'application/json' } }),
  },
  'invalid-request': { instead: (_, id) => invalid[id] ?? { json: { colour: 'red' } } },
  unauthenticated: { env: tokens },
  'role-not-allowed': { env: tokens, instead: () => as('0123456789abcdeg') },
  'participant-not-allowed': { prepare: api => (api.refuse = () => 'no') },
  'receiver-not-allowed': {
    prepare: api => (api.refuseToTell = () => 'no'),
    instead: () => ({ json: { participants: transactions, notify: { url: 'http://b/' } } }),
  },
  'not-found': { instead: (_, id) => ({ path: notFound[id] ?? '/problems/none' }) },
  'not-held': { prepare: api => (api.locks.result = 'none') },
  'unknown-transaction': throwing(() => new errors.UnknownTransaction('testt1')),
  'lock-timeout': { prepare: leased({ is: 'waited', heldBy: ['you'], ahead: 2 }) },
  'lock-conflict': {
    prepare: api => {
      api.locks.result = 'runs';
      api.locks.leased = { is: 'refused', why: 'taken', heldBy: ['you'] };
    },
  },
  'lock-queue-full': { prepare: leased({ is: 'refused', why: 'full', heldBy: ['you'] }) },
  'state-changed': throwing(() => new errors.StateChanged(new FakeCoordinator().add('testt1').document, [])),
  'action-conflict': throwing(() => new errors.ActionConflict('it is committing')),
  'foreign-workflow': throwing(() => new errors.ForeignWorkflow('testt1', 'theirs')),
  'expired-transaction': throwing(() => new errors.ExpiredTransaction('testt1')),
  'body-too-large': {
    instead: () => ({
      json: undefined,
      body: ' '.repeat(9_000_000),
      headers: { 'content-type': 'application/json' },
    }),
  },
  'unsupported-media-type': {
    instead: () => ({ json: undefined, body: 'a=b', headers: { 'content-type': 'text/plain' } }),
  },
  'misdirected-request': { instead: () => ({ headers: { host: 'elsewhere.example' } }) },
  'idempotency-key-reused': throwing(() => new errors.KeyReused('testk1')),
  'rate-limited': {
    env: { ...tokens, DTC_RATE_LIMIT: '1' },
    prepare: async api => {
      for (let nth = 0; nth < 11; nth += 1) await api.call('/transactions', as('0123456789abcdef'));
    },
    instead: () => as('0123456789abcdef'),
  },
  'internal-error': {
    prepare: api => {
      fail(api, new Error('a bug'));
      jest.spyOn(api.metrics.registry, 'metrics').mockRejectedValue(new Error('a bug'));
      broken.isSo = true;
    },
  },
  'engine-unavailable': throwing(() => new errors.EngineUnavailable()),
  'start-unknown': throwing(id =>
    id === 'sweepOrphans' ? new errors.SweepUnknown('orphan-sweep-a') : new errors.StartUnknown('testt1'),
  ),
  overloaded: throwing(id =>
    id === 'startTransaction' ? new errors.Overloaded(7) : new errors.TooManyLists(),
  ),
  'worker-unavailable': throwing(() => new errors.WorkerUnavailable('no worker answered')),
  stopping: {
    prepare: (api, id) => {
      if (id === 'startTransaction') fail(api, new errors.Overloaded(7));
      api.locks.leased = { is: 'waited', heldBy: [], ahead: 0 };
      api.stopping.abort();
    },
  },
  'keys-unavailable': {
    env: { DTC_JWKS_URL: 'http://127.0.0.1:9/keys' },
    instead: async () => as(await jwt()),
  },
};

async function jwt(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  const exp = Math.floor(Date.now() / 1_000) + 60;
  return new SignJWT({ exp, sub: 'alice', role: 'operator' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(privateKey);
}

let api: Harness | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

/** A codec that has a bug, where it is told so. */
const broken = {
  isSo: false,
  open: (payload: Payload): Payload => {
    if (broken.isSo) throw new Error('a bug');
    return payload;
  },
  seal: (payload: Payload): Payload => broken.open(payload),
};

async function askFor(id: string, { env, prepare, instead }: Way): Promise<Answer> {
  broken.isSo = false;
  api = await Harness.start(env, { codec: broken });
  api.coordinator.add('testt1', 'alice', 'alice');
  if (id === 'watchTransaction') api.coordinator.set('testt1', ended);
  await prepare?.(api, id);
  const usual = asks[id];
  if (usual === undefined) throw new Error(`${id} is asked nothing here`);
  const { path, ...parts } = { ...usual, ...(await instead?.(usual, id)) };
  return api.call(path, parts);
}

const ended = {
  status: 'committed',
  state: 'committed',
  decision: 'commit',
  endedAt: '2025-01-01T00:00:01.000Z',
} as const;

it('every operation is asked here', () => {
  expect(Object.keys(asks).sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
});

/** Only at `DTC_METRICS_PORT`, of a worker that does not poll (test/metrics/port.long.ts). */
const elsewhere = ['readReadiness worker-unavailable'];

const problems = operations
  .flatMap(operation => problemsOf(operation).map(name => [operation.operationId, name] as const))
  .filter(each => !elsewhere.includes(each.join(' ')));

it.each(problems)('%s: %s', async (id, name) => {
  const way = ways[name];
  if (way === undefined) throw new Error(`nothing here brings about ${name}`);
  const { status, json } = await askFor(id, way);
  expect([status, json['type']]).toEqual([json['status'], `/problems/${name}`]);
});

function problemsOf({ responses }: OperationObject): ProblemName[] {
  const text = Object.values(responses).map(({ description, content }) =>
    content?.['application/problem+json'] === undefined ? '' : description,
  );
  return text.flatMap(each => [...each.matchAll(/`([\w-]+)`/g)].map(([, name]) => name as ProblemName));
}

const report: SweepReport = {
  ...{
    version: 1,
    sweptAt: 0,
    dryRun: true,
    safetyMs: 1,
    maxActions: 1,
    lists: [],
    findings: [],
    actions: [],
  },
  counts: {
    ...{ interrupted: 0, prepared: 0, unknown: 0, stuck: 0, unreachable: 0 },
    ...{ entries: 0, foreign: 0, running: 0, actions: 0 },
  },
};

const otherwise: Readonly<Record<string, Way>> = {
  'watchTransaction 204': {
    instead: () => {
      const document = api?.coordinator.set('testt1', {}).document;
      const last = document === undefined ? 0 : changesOf(document) + 1;
      return { headers: { 'last-event-id': String(last) } };
    },
  },
  'sweepOrphans 200': { prepare: each => (each.orphans.swept = { is: 'swept', report }) },
  'readConsole 304': { instead: kept },
  'readConsole 308': { instead: () => ({ path: '/console' }) },
  'readTransaction 304': { instead: kept },
  'readOpenApi 304': { instead: kept },
  'readDocs 304': { instead: kept },
};

async function kept({ path }: Ask): Promise<Partial<Ask>> {
  const known = await api?.call(path);
  return { headers: { 'if-none-match': String(known?.headers['etag']) } };
}

const successes = operations.flatMap(({ operationId, responses }) =>
  Object.keys(responses)
    .map(Number)
    .filter(status => status < 400)
    .map(status => [operationId, status] as const),
);

it.each(successes)('%s: %i', async (id, expected) => {
  const { status } = await askFor(id, otherwise[`${id} ${expected}`] ?? {});
  expect(status).toBe(expected);
});
