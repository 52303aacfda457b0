/** Owns the larger explorations: more attempts, more operators, participants followed together to the end, and those who break the rules. */
import { explore } from './explore';
import { realCore } from './realCore';
import { explored } from './run';
import { type Exploration, long, weaker } from './scenarios';

const named = (each: Exploration): [string, Exploration] => [each.scenario.name, each];

describe('every interleaving keeps the promise', () => {
  test.each(long.map(named))(
    '%s',
    (_, each) => {
      expect(explored(each)).toEqual([]);
    },
    20 * 60_000,
  );
});

describe('whoever breaks the rules', () => {
  test.each(weaker.map(named))('%s', (_, each) => {
    expect(explored(each)).toEqual([]);
  });

  test.each(weaker.filter(({ options }) => options?.except !== undefined).map(named))(
    'is not promised more than is said: %s',
    (_, { scenario, options }) => {
      const { except: _except, ...rest } = options ?? {};
      expect(explore({ scenario, core: realCore }, rest).findings).not.toEqual([]);
    },
  );
});
