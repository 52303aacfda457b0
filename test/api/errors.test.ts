import {
  ActionConflict,
  EngineUnavailable,
  ExpiredTransaction,
  KeyReused,
  Overloaded,
  StartUnknown,
  UnknownTransaction,
  WorkerUnavailable,
} from '../../src/coordinator/errors';
import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
  api.coordinator.add('testt1');
});
afterEach(() => api.close());

describe('an error of the coordinator', () => {
  it.each([
    ['KeyReused', new KeyReused('testt1'), 'idempotency-key-reused', 422],
    ['EngineUnavailable', new EngineUnavailable('10.0.0.1:7233 refused'), 'engine-unavailable', 503],
    ['StartUnknown', new StartUnknown('testt1'), 'start-unknown', 503],
    ['Overloaded', new Overloaded(7), 'overloaded', 503],
  ])('%s of a start becomes its problem', async (_, failure, name, status) => {
    api.coordinator.failure = failure;
    expect(await api.post(['http://a/prepare'])).toEqual(problem(name, status));
  });

  it.each([
    ['UnknownTransaction', new UnknownTransaction('testt1'), 'unknown-transaction', 404],
    ['ExpiredTransaction', new ExpiredTransaction('testt1'), 'expired-transaction', 410],
    ['ActionConflict', new ActionConflict('it is committing'), 'action-conflict', 409],
    ['EngineUnavailable', new EngineUnavailable('10.0.0.1:7233 refused'), 'engine-unavailable', 503],
    ['WorkerUnavailable', new WorkerUnavailable('no worker answered'), 'worker-unavailable', 503],
  ])('%s of an action becomes its problem', async (_, failure, name, status) => {
    api.coordinator.failure = failure;
    expect(await api.call('/transactions/testt1/retry', { json: {} })).toEqual(problem(name, status));
  });

  it('says when to try again, where that may help', async () => {
    const read = () => api.call('/transactions/testt1');
    const start = () => api.post(['http://a/prepare']);
    const retry = () => api.call('/transactions/testt1/retry', { method: 'POST' });
    for (const [failure, ask] of [
      [new EngineUnavailable(), read],
      [new WorkerUnavailable(), retry],
      [new StartUnknown('testt1'), start],
    ] as const) {
      api.coordinator.failure = failure;
      expect((await ask()).headers['retry-after']).toBe('1');
    }
  });

  it('says when to come again where too many came, that nothing was started, and in the log what they wait for', async () => {
    api.coordinator.failure = new Overloaded(7, { cause: new Error('80 wait for their turn') });
    const { headers, json } = await api.post(['http://a/prepare']);
    expect(headers).toMatchObject({ 'retry-after': '7' });
    expect(headers).not.toHaveProperty('location');
    expect(json['detail']).toContain('nothing was started by this request');
    expect((await api.logLines('request not served'))[0]?.['why']).toContain('80 wait for their turn');
  });

  it('says that it stops to those who still wait for their turn then', async () => {
    api.coordinator.failure = new Overloaded(1);
    api.stopping.abort();
    expect(await api.post(['http://a/prepare'])).toEqual(problem('stopping', 503));
  });

  it('says under which id a start may have happened', async () => {
    api.coordinator.failure = new StartUnknown('testt7');
    expect((await api.post(['http://a/prepare'])).headers['location']).toBe('/transactions/testt7');
  });

  it('says why an action does not apply', async () => {
    api.coordinator.failure = new ActionConflict('the decision is commit already');
    const answer = await api.call('/transactions/testt1/abort', { json: {} });
    expect(answer.json['detail']).toBe('the decision is commit already');
  });
});

it('logs why a request was not served, causes included', async () => {
  const cause = new Error('10.0.0.1:7233 refused');
  api.coordinator.failure = new EngineUnavailable('no answer', { cause });
  await api.call('/transactions/testt1');
  expect(await api.logLines('request not served')).toMatchObject([
    { level: 'warn', status: 503, why: 'no answer: 10.0.0.1:7233 refused' },
  ]);
});

describe('a bug', () => {
  it('is 500 that shows nothing of it, and the log has it', async () => {
    api.coordinator.failure = new Error('internal: secret table');
    const answer = await api.call('/transactions/testt1');
    expect(answer).toEqual(problem('internal-error', 500));
    expect(answer.text).not.toContain('secret');
    expect(await api.logLines('request failed')).toMatchObject([
      { level: 'error', status: 500, transactionId: 'testt1', err: { message: 'internal: secret table' } },
    ]);
  });

  it('is 500 also where what is thrown is no error', async () => {
    api.coordinator.failure = 'text';
    expect(await api.call('/transactions/testt1')).toEqual(problem('internal-error', 500));
  });
});

describe('a path or method that there is none of', () => {
  it.each(['/', '/transactionsx', '/transactions/testt1/commit', '/Transactions/testt1/abort/x'])(
    '%s is 404',
    async path => {
      expect(await api.call(path)).toEqual(problem('not-found', 404));
    },
  );

  it.each([
    ['DELETE', '/transactions', 'GET, HEAD, POST'],
    ['PUT', '/transactions/testt1', 'GET, HEAD'],
    ['OPTIONS', '/transactions/testt1', 'GET, HEAD'],
    ['GET', '/transactions/testt1/abort', 'POST'],
    ['GET', '/transactions/testt1/retry', 'POST'],
    ['GET', '/transactions/testt1/resolve', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['POST', '/readyz', 'GET, HEAD'],
  ])('%s %s is 405 and allows %s', async (method, path, allow) => {
    const answer = await api.call(path, { method });
    expect(answer).toEqual(problem('method-not-allowed', 405));
    expect(answer.headers['allow']).toBe(allow);
  });
});

describe('a query parameter that a route does not know', () => {
  it.each([
    ['GET', '/transactions', 'unknown; known: status, '],
    ['GET', '/transactions/count', 'unknown; known: status, '],
    ['POST', '/transactions', 'unknown; none'],
    ['POST', '/transactions/retry', 'unknown; none'],
    ['POST', '/transactions/resolve', 'unknown; none'],
    ['GET', '/transactions/testt1', 'unknown; none'],
    ['GET', '/transactions/testt1/events', 'unknown; none'],
    ['POST', '/transactions/testt1/abort', 'unknown; none'],
    ['POST', '/transactions/testt1/retry', 'unknown; none'],
    ['POST', '/transactions/testt1/resolve', 'unknown; none'],
    ['GET', '/participants', 'unknown; none'],
    ['GET', '/locks', 'unknown; known: limit, cursor'],
    ['POST', '/locks', 'unknown; none'],
    ['DELETE', '/locks', 'unknown; known: resource, holder'],
    ['GET', '/locks/a', 'unknown; none'],
    ['DELETE', '/locks/a/b', 'unknown; none'],
    ['GET', '/orphans', 'unknown; none'],
    ['POST', '/orphans/sweep', 'unknown; none'],
  ])('is refused by name: %s %s', async (method, path, message) => {
    const errors = [{ query: 'dryrun', message: expect.stringContaining(message) as string }];
    expect(await api.call(`${path}?dryrun=1`, { method })).toEqual(
      problem('invalid-request', 400, { errors }),
    );
  });

  it('is refused with all the others, the first twenty of them', async () => {
    const { json } = await api.call(
      `/orphans?${Array.from({ length: 30 }, (_, nth) => `p${nth}&p${nth}=1`).join('&')}`,
    );
    expect(json['errors']).toHaveLength(20);
  });

  it.each(['/healthz', '/readyz', '/metrics', '/problems', '/problems/not-found'])(
    'is none of the business of %s, which probes ask',
    async path => {
      expect((await api.call(`${path}?dryrun=1`)).status).toBe(200);
    },
  );
});

it('answers with the headers that harden it, and does not say what it runs on', async () => {
  const { headers } = await api.call('/transactions/testt1');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});
