import { EngineInTrouble, EngineUnavailable } from '../../src/coordinator/errors';
import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start({ DTC_API_TOKENS: 'alice:client:0123456789abcdef' });
});
afterEach(() => api.close());

it('/healthz answers without a token and without Temporal', async () => {
  api.coordinator.failure = new EngineUnavailable();
  expect(await api.call('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
});

it('/readyz is 200 while Temporal answers', async () => {
  expect(await api.call('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
});

it('/readyz is 503 while Temporal does not', async () => {
  api.coordinator.failure = new EngineUnavailable();
  expect(await api.call('/readyz')).toEqual(problem('engine-unavailable', 503));
});

it('/readyz says in the log why not, once a reason, and that it is ready again', async () => {
  const silent = new EngineUnavailable('Temporal does not answer', { cause: new Error('no answer') });
  const probe = async (failure: unknown, times: number): Promise<void> => {
    api.coordinator.failure = failure;
    for (let nth = 0; nth < times; nth += 1) await api.call('/readyz');
  };
  await probe(undefined, 2);
  await probe(silent, 3);
  await probe(new EngineInTrouble('the disk is full'), 2);
  await probe(silent, 1);
  await probe(undefined, 2);
  await api.logLines('request', 10);
  const told = api.logText
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .filter(({ level }) => level !== 'debug');
  expect(told.map(({ level, msg, why }) => [level, msg, why])).toEqual([
    ['warn', 'not ready', 'Temporal does not answer: no answer'],
    ['warn', 'not ready', 'the disk is full'],
    ['warn', 'not ready', 'Temporal does not answer: no answer'],
    ['info', 'ready again', undefined],
  ]);
});

it.each(['/healthz', '/readyz', '/metrics'])(
  '%s is logged at debug, with a slash at its end too',
  async path => {
    for (const each of [path, `${path}/`]) await api.call(each);
    const lines = await api.logLines('request', 2);
    expect(lines.map(line => [line['path'], line.level])).toEqual([
      [path, 'debug'],
      [`${path}/`, 'debug'],
    ]);
  },
);

it('/readyz is 503 once the server stops, so that no more is sent to it', async () => {
  api.stopping.abort();
  expect(await api.call('/readyz')).toEqual(problem('stopping', 503));
});
