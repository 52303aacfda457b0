/** How many wait at once: beyond the bound nobody is refused, and nobody waits (PROTOCOL §3). */
import { eventually } from '../support/until';
import { type Answer, Harness } from './harness';

const two = ['http://a:1/prepare', 'http://b:2/prepare'];
const wait = { prefer: 'wait=20' };

let api: Harness;
afterEach(() => api.close());

const seen = ({ status, json, headers }: Answer): object => ({
  status,
  is: json['status'],
  again: headers['retry-after'],
  applied: headers['preference-applied'],
});
const atOnce = { is: 'pending', again: '1', applied: undefined };

it('answers the next at once, with the document as it is and when to ask again, and lets another wait when one has ended', async () => {
  api = await Harness.start({ DTC_MAX_WAITING: '2' });
  const first = api.post(two, wait);
  await eventually(() => api.coordinator.waits === 1);
  const second = api.call('/transactions/testt1', { headers: wait });
  await eventually(() => api.coordinator.waits === 2);
  expect(seen(await api.post(two, wait))).toEqual({ status: 201, ...atOnce });
  expect(seen(await api.call('/transactions/testt2', { headers: wait }))).toEqual({ status: 200, ...atOnce });
  expect(seen(await api.call('/transactions/testt2'))).toMatchObject({ status: 200, again: undefined });
  api.coordinator.set('testt1', { status: 'committed', state: 'committed' });
  expect([seen(await first), seen(await second)]).toMatchObject([
    { is: 'committed', applied: 'wait=20' },
    { is: 'committed', applied: 'wait=20' },
  ]);
  const third = api.call('/transactions/testt2', { headers: wait });
  await eventually(() => api.coordinator.waits === 1);
  api.coordinator.set('testt2', { status: 'committed', state: 'committed' });
  expect(seen(await third)).toMatchObject({ is: 'committed' });
});

it('gives a place back where the wait fails', async () => {
  api = await Harness.start({ DTC_MAX_WAITING: '1' });
  api.coordinator.failure = new Error('the engine is gone');
  api.coordinator.working = ['start'];
  await api.post(two, wait);
  api.coordinator.failure = undefined;
  const next = api.post(two, wait);
  await eventually(() => api.coordinator.waits === 1);
  api.coordinator.set('testt2', { status: 'committed' });
  expect(seen(await next)).toMatchObject({ is: 'committed' });
});

it('has a place for another caller, whatever one does', async () => {
  const tokens = { greedy: 'greedy-0123456789abcdef', modest: 'modest-0123456789abcdef' };
  const as = (name: keyof typeof tokens): Record<string, string> => ({
    ...wait,
    authorization: `Bearer ${tokens[name]}`,
  });
  api = await Harness.start({
    DTC_MAX_WAITING: '4',
    DTC_API_TOKENS: `greedy:client:${tokens.greedy},modest:client:${tokens.modest}`,
  });
  const waiting = [api.post(two, as('greedy')), api.post(two, as('greedy'))];
  await eventually(() => api.coordinator.waits === 2);
  expect(seen(await api.post(two, as('greedy')))).toEqual({ status: 201, ...atOnce });
  const modest = api.post(two, as('modest'));
  await eventually(() => api.coordinator.waits === 3);
  for (const nth of [1, 2, 4]) api.coordinator.set(`testt${nth}`, { status: 'committed' });
  expect((await Promise.all([...waiting, modest])).map(seen)).toMatchObject(
    Array.from({ length: 3 }, () => ({ is: 'committed' })),
  );
});
