/** What clients do at the end: they read what they know of until it has ended, and what participants know of, whoever had no answer included. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Load } from '../../chaos/load/load';
import { type Entry } from '../../chaos/recorder';
import { seeded } from '../../src/testing/random';

const asked: string[] = [];
/** Each has ended when it is asked for again. */
const api = createServer(({ url = '' }, response) => {
  const ended = asked.includes(url) ? { endedAt: '2026-01-01T00:00:00.000Z' } : {};
  asked.push(url);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ id: 'it', status: 'committed', decision: 'commit', ...ended }));
});

beforeAll(() => once(api.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  api.closeAllConnections();
  return once(api.close(), 'close');
});

it('reads the transactions that only participants know of until they have ended', async () => {
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const told: Entry[] = [];
  const load = new Load({
    recorder: { told: [], record: entry => void told.push(entry) },
    ...{ random: seeded(1), services: [], receiver: '', clients: 1, signal: new AbortController().signal },
    apis: [
      { name: 'api-1', url },
      { name: 'api-2', url },
    ],
  });
  let times = 0;
  const heardOf = (): readonly string[] => ((times += 1) === 1 ? ['t1'] : ['t1', 't2']); // one arrives late
  expect(await load.settle(60_000, heardOf)).toEqual({ open: [], unanswered: [] });
  for (const id of ['t1', 't2'])
    expect(told).toContainEqual(
      expect.objectContaining({
        kind: 'read',
        id,
        seen: expect.objectContaining({ ended: true }) as unknown,
      }),
    );
});
