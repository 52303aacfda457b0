/** Owns the explorations of every test run: every interleaving of `scenarios.ts`, over the core that ships. */
import { explored } from './run';
import { short } from './scenarios';

test.each(short.map(each => [each.name, each] as const))('keeps its promises: %s', (_, scenario) => {
  expect(explored(scenario)).toEqual([]);
});
