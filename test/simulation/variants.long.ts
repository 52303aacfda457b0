/** Owns the proof that the simulation can fail: each broken variant is found within so many runs, by a promise that names it, and made small. */
import { loadCode } from './code';
import { play } from './search';
import { storyOf } from './shrink';
import { variants, withoutAssertions } from './variants';

const enough = 2_000;

test.each(variants.map(variant => [variant.name, variant] as const))('%s is found', async (_, variant) => {
  const { found, runs: played } = await play(loadCode([...variant.patches, withoutAssertions]), {
    seed: 1,
    runs: variant.within ?? enough,
  });
  if (found === undefined) throw new Error(`not found in ${String(played)} runs`);
  process.stdout.write(`${variant.name}: found in run ${String(played)}\n`);
  expect(variant.caughtBy).toContain(found.broken?.promise);
  expect(storyOf(found)).toContain(`--seed ${String(found.seed)}`);
});
