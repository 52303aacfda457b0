import { getMaxListeners } from 'node:events';
import { request } from 'undici';
import { eventually } from '../support/until';
import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
  api.coordinator.add('testt1');
});
afterEach(() => api.close());

describe('GET /transactions/<id>', () => {
  it('answers with the document, which no cache keeps', async () => {
    const answer = await api.call('/transactions/testt1');
    expect(answer).toMatchObject({ status: 200, json: { id: 'testt1', state: 'preparing', decision: null } });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('is 404 for an id of nobody', async () => {
    expect(await api.call('/transactions/testt9')).toEqual(problem('unknown-transaction', 404));
  });

  it.each(['UPPER', 'a-b', 'a%2Fb', '%0d%0a', 'x'.repeat(65)])(
    'does not ask for what is no id: %s',
    async id => {
      expect(await api.call(`/transactions/${id}`)).toEqual(problem('unknown-transaction', 404));
      expect(api.coordinator.calls).toEqual([]);
    },
  );

  it('is 400 for a path that cannot be read', async () => {
    expect(await api.call('/transactions/%zz')).toEqual(problem('invalid-request', 400));
  });

  it('waits for another state where the client prefers to', async () => {
    const answer = api.call('/transactions/testt1', { headers: { prefer: 'wait=30' } });
    await eventually(() => api.coordinator.waits === 1);
    api.coordinator.set('testt1', { state: 'committing', decision: 'commit' });
    const { json, headers } = await answer;
    expect({ ...json, ...headers }).toMatchObject({ state: 'committing', 'preference-applied': 'wait=30' });
  });

  it('answers with the document as it is when the wait is over', async () => {
    const answer = await api.call('/transactions/testt1', { headers: { prefer: 'wait=1' } });
    expect(answer).toMatchObject({ status: 200, json: { state: 'preparing' } });
  });

  it('does not wait for what has ended', async () => {
    api.coordinator.set('testt1', {
      state: 'committed',
      status: 'committed',
      endedAt: '2025-01-01T00:00:01.000Z',
    });
    const answer = await api.call('/transactions/testt1', { headers: { prefer: 'wait=60' } });
    expect(answer.json).toMatchObject({ state: 'committed' });
    expect(api.coordinator.calls.map(call => call.method)).toEqual(['read']);
  });

  it('answers waiting requests at once when the server stops', async () => {
    const answers = [1, 2, 3].map(() => api.call('/transactions/testt1', { headers: { prefer: 'wait=60' } }));
    await eventually(() => api.coordinator.waits === 3);
    api.stopping.abort();
    expect((await Promise.all(answers)).map(answer => answer.status)).toEqual([200, 200, 200]);
  });

  it('may be waited for by any number at once, without a warning of a leak', () => {
    expect(getMaxListeners(api.stopping.signal)).toBe(Infinity);
  });

  it('stops waiting for a client that has gone', async () => {
    const leaving = new AbortController();
    const call = request(`${api.listening.url}/transactions/testt1`, {
      headers: { prefer: 'wait=60' },
      signal: leaving.signal,
    });
    await eventually(() => api.coordinator.waits === 1);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await eventually(() => api.coordinator.waits === 0);
    expect(await api.logLines('request')).toMatchObject([{ clientGone: true, transactionId: 'testt1' }]);
  });
});
