/** Who waits for locks within a workflow task takes a place that the locks need to answer, and asks in vain where they are slow. */
import { places } from '../../activities/lock/places';

const clock = { now: 1000 };
const opened = (tasks = 40): ReturnType<typeof places> => {
  const all = places(() => clock.now);
  all.open(tasks);
  return all;
};
const hit = { work: () => Promise.resolve('hit'), isMiss: () => false };
const miss = { work: () => Promise.resolve('miss'), isMiss: () => true };

test.each([
  [40, 16],
  [10, 4],
  [1, 0],
  [0, 0],
])('of %d workflow tasks %d may wait, and those beyond ask nobody', async (tasks, most) => {
  const all = opened(tasks);
  const taken = Array.from({ length: 20 }, () => all.take(hit)).filter(each => each !== undefined);
  expect(taken).toHaveLength(most);
  await Promise.all(taken);
  expect(all.take(hit) === undefined).toBe(most === 0);
});

test('none before a worker has said how many it has', () => {
  expect(places(() => clock.now).take(hit)).toBeUndefined();
});

test('after a miss nobody tries for a moment, longer after each that follows, until one is in time', async () => {
  const all = opened();
  const pauseAfter = async (each: typeof hit): Promise<number> => {
    await all.take(each);
    const began = clock.now;
    while (all.take(hit) === undefined && clock.now < began + 60_000) clock.now += 1;
    return clock.now - began;
  };
  expect(await pauseAfter(hit)).toBe(0);
  await Promise.all([all.take(miss), all.take(miss)]); // both began before either was known
  expect(all.take(hit)).toBeUndefined();
  clock.now += 250;
  await all.take(miss);
  clock.now += 499;
  expect(all.take(hit)).toBeUndefined();
  clock.now += 1;
  expect(await pauseAfter(hit)).toBe(0);
  clock.now += 1;
  expect(await pauseAfter(miss)).toBe(250);
});
