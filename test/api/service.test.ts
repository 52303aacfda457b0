import { EngineUnavailable } from '../../src/coordinator/errors';
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
  api.coordinator.isReady = false;
  expect(await api.call('/readyz')).toEqual(problem('engine-unavailable', 503));
  api.coordinator.failure = new EngineUnavailable();
  expect(await api.call('/readyz')).toEqual(problem('engine-unavailable', 503));
});

it('/readyz is 503 once the server stops, so that no more is sent to it', async () => {
  api.stopping.abort();
  expect(await api.call('/readyz')).toEqual(problem('stopping', 503));
});
