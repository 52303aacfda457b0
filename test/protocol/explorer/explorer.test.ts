/** Owns the explorations of every test run: every interleaving of the short scenarios, over the core that ships. */
import { explored } from './run';
import { short } from './scenarios';

test.each(short.map(each => [each.scenario.name, each] as const))(
  'every interleaving keeps the promise: %s',
  (_, each) => {
    expect(explored(each)).toEqual([]);
  },
);
