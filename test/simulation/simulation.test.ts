/**
 * Owns a short simulation: a seed that is always the same, and a fresh one, which is printed: `npm run simulate -- --seed <it>` plays it
 * again.
 */
import { loadCode } from './code';
import { play } from './search';
import { storyOf } from './shrink';
import { simulate } from './simulate';

const code = loadCode();
const runs = 200;

async function stories(seed: number): Promise<string[]> {
  const { ended, trouble, found } = await play(code, { seed, runs });
  const ends = Object.entries(ended).map(([status, count]) => `${String(count)} ${status}`);
  process.stdout.write(
    `simulation, seed ${String(seed)}: ${ends.join(', ')}; ${String(trouble)} things went wrong\n`,
  );
  return found === undefined ? [] : [storyOf(found)];
}

test('no promise is broken in runs from a fixed seed', async () => {
  expect(await stories(1)).toEqual([]);
});

test('no promise is broken in runs from a fresh seed', async () => {
  expect(await stories(Math.floor(Math.random() * 1e9))).toEqual([]);
});

test('a seed plays the same run again', async () => {
  const once = await simulate(code, 7, { tellsStory: true });
  expect(once.story.length).toBeGreaterThan(10);
  expect(await simulate(code, 7, { tellsStory: true })).toEqual(once);
});
