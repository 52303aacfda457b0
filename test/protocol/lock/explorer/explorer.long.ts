/** Owns the larger explorations: more goes wrong, and more often. */
import { explored } from './run';
import { long } from './scenarios';

test.each(long.map(each => [each.name, each] as const))(
  'keeps its promises: %s',
  (_, scenario) => {
    expect(explored(scenario)).toEqual([]);
  },
  5 * 60_000,
);
