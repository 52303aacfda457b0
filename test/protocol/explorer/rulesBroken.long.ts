/** Owns the explorations in which somebody breaks the rules of PROTOCOL §2: what is left of the promise, and that no more is. */
import { explore } from './explore';
import { realCore } from './realCore';
import { explored } from './run';
import { type Exploration, weaker } from './scenarios';

const named = (each: Exploration): [string, Exploration] => [each.scenario.name, each];

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
