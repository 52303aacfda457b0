/** How much of Temporal lists may take: two at once, and as long a pause after each as it took. */
import { TooManyLists } from '../../src/coordinator/errors';
import { Lanes } from '../../src/coordinator/list/lanes';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const took = (ms: number) => () => new Promise<void>(resolve => setTimeout(resolve, ms));

it('begins the third when a pause as long as the work of one is over', async () => {
  const lanes = new Lanes();
  const begun: number[] = [];
  const take = (ms: number): Promise<void> =>
    lanes.take('a', 10_000, () => {
      begun.push(performance.now());
      return took(ms)();
    });
  const all = Promise.all([take(100), take(300), take(10), take(10)]);
  await jest.advanceTimersByTimeAsync(2_000);
  await all;
  expect(begun).toEqual([0, 0, 200, 220]);
});

it('pauses half a second at most, and after what failed too', async () => {
  const lanes = new Lanes();
  const fails = (): Promise<void> =>
    lanes.take('a', 10_000, () => took(3_000)().then(() => Promise.reject(new Error('no'))));
  const failed = [fails(), fails()].map(each => expect(each).rejects.toThrow('no'));
  const next = lanes.take('a', 10_000, () => Promise.resolve(performance.now()));
  await jest.advanceTimersByTimeAsync(4_000);
  await Promise.all(failed);
  expect(await next).toBe(3_500);
});

it('turns away who waits for longer than is bearable, and who would wait behind too many', async () => {
  const lanes = new Lanes();
  for (const _ of [1, 2]) void lanes.take('a', 1_000, took(60_000));
  const patient = Array.from({ length: 200 }, () => lanes.take('a', 1_000, took(1)));
  const turnedAway = patient.map(each => expect(each).rejects.toThrow(TooManyLists));
  await expect(lanes.take('a', 1_000, took(1))).rejects.toThrow(TooManyLists);
  await jest.advanceTimersByTimeAsync(1_000);
  await Promise.all(turnedAway);
});

it('gives turns to each caller that waits, whatever one of them asks for', async () => {
  const lanes = new Lanes();
  const done: string[] = [];
  const take = (caller: string): Promise<void> =>
    lanes.take(caller, 10_000, () => took(10)()).then(() => void done.push(caller));
  const all = [...Array.from({ length: 8 }, () => 'greedy'), 'other'].map(take);
  await jest.advanceTimersByTimeAsync(2_000);
  await Promise.all(all);
  expect(done.indexOf('other')).toBeLessThan(4);
});

it('has a place to wait in for another, however much one asks for', async () => {
  const lanes = new Lanes();
  const refused = Array.from({ length: 400 }, () => lanes.take('greedy', 10_000, took(10))).map(each =>
    each.catch((error: unknown) => error),
  );
  const other = lanes.take('other', 10_000, () => Promise.resolve('read'));
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await other).toBe('read');
  expect((await Promise.all(refused)).filter(each => each instanceof TooManyLists)).not.toEqual([]);
});

it('gives the third its turn while two ask for more and more', async () => {
  const lanes = new Lanes();
  const done: string[] = [];
  const take = (caller: string): Promise<void> =>
    lanes.take(caller, 60_000, () => took(10)()).then(() => void done.push(caller));
  const floods = Array.from({ length: 80 }, (_, nth) => (nth % 2 === 0 ? 'greedy' : 'greedier'));
  const all = [...floods, 'modest'].map(take);
  await jest.advanceTimersByTimeAsync(10_000);
  await Promise.all(all);
  expect(done.indexOf('modest')).toBeLessThan(8);
});
