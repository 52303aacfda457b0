/** Owns the larger explorations in shares, each a file (`explorer-1.long.ts` and on): they take a core for minutes, and several have several. */
import { explored } from './run';
import { type Exploration, long } from './scenarios';

const shares = 3;

/** @param share from 1 */
export function exploreShare(share: number): void {
  const own = long.filter((_, nth) => nth % shares === share - 1);
  test.each(own.map((each): [string, Exploration] => [each.scenario.name, each]))(
    'every interleaving keeps the promise: %s',
    (_, each) => {
      expect(explored(each)).toEqual([]);
    },
    20 * 60_000,
  );
}
