/** Owns the larger explorations: more attempts, more operators, and participants followed together to the end. */
import { long } from './scenarios';
import { explored } from './run';

describe('every interleaving keeps the promise', () => {
  test.each(long.map(each => [each.scenario.name, each] as const))(
    '%s',
    (_, each) => {
      expect(explored(each)).toEqual([]);
    },
    20 * 60_000,
  );
});
