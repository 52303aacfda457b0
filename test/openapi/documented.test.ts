/** What stands before every API of a test (test/support/documented.ts) sees what is not as described: each is answered by the fakes once. */
import { KeyReused } from '../../src/coordinator/errors';
import { Problem } from '../../src/api/problems';
import { Harness } from '../api/harness';
import { readEvents } from '../api/eventsOf';
import { takeUndocumented } from '../support/undocumented';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
  api.coordinator.add('testt1');
});
afterEach(() => api.close());

const set = (change: object): unknown => api.coordinator.set('testt1', change);
const read = (): Promise<unknown> => api.call('/transactions/testt1');

it.each<[string, () => void, () => Promise<unknown>, RegExp]>([
  ['a member', () => set({ colour: 'red' }), read, /must NOT have additional properties \(colour\)/],
  ['a value', () => set({ state: 'sleeping' }), read, /\/state must be equal to one of the allowed values/],
  ['a time', () => set({ createdAt: 'yesterday' }), read, /\/createdAt must match format "date-time"/],
  ['a missing member', () => set({ createdAt: undefined }), read, /must have required property 'createdAt'/],
  [
    'a member deep inside',
    () => set({ participants: [{ name: 'p1', url: 'http://a/prepare', state: 'prepared', attempts: -1 }] }),
    read,
    /\/participants\/0\/attempts must be >= 0/,
  ],
  [
    "a list's member",
    () => (api.lists.page = { transactions: [], rest: 3 } as never),
    () => api.call('/transactions'),
    /additional properties \(rest\)/,
  ],
  [
    'a problem that this route has not',
    () => (api.coordinator.failure = new KeyReused('testt1')),
    read,
    /422: the status is not described/,
  ],
  [
    "a problem's header",
    () => (api.coordinator.failure = new Problem('engine-unavailable', 'it is gone')),
    read,
    /503: the header retry-after is missing/,
  ],
])('%s', async (_, change, ask, expected) => {
  expect(takeUndocumented()).toEqual([]);
  change();
  await ask();
  expect(takeUndocumented().join()).toMatch(expected);
});

it('an event', async () => {
  set({ colour: 'red' });
  const reader = await readEvents(`${api.listening.url}/transactions/testt1/events`);
  await reader.atLeast(1);
  reader.leave();
  expect(takeUndocumented().join()).toMatch(/additional properties \(colour\): event: transaction/);
});
