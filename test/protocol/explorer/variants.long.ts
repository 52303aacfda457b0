/**
 * Owns the proof that the exploration can fail: every broken variant is caught by a promise that names it, by the checks from
 * outside alone (the core's assertions taken out), and is caught with the assertions on. `EXPLORER_TRACES=1` prints the shortest script to each.
 */
import { expectCaught } from '../exploring/variant';
import { type Violation } from './checks';
import { explore } from './explore';
import { fastLockVariants } from './fastLockVariants';
import { fastVariants } from './fastVariants';
import { lockVariants } from './lockVariants';
import { patchedCore, withoutAssertions } from './patchedCore';
import { variants } from './variants';

describe.each(
  [...variants, ...lockVariants, ...fastVariants, ...fastLockVariants].map(
    variant => [variant.name, variant] as const,
  ),
)('%s', (_, variant) => {
  const { scenario } = variant.exploration;

  test(`is caught from outside by ${variant.caughtBy.join(' or ')}`, () => {
    const core = patchedCore([...variant.patches, withoutAssertions]);
    const except = ({ promise }: Violation): boolean => !variant.caughtBy.includes(promise);
    const findings = explore({ scenario, core }, { except }).findings.filter(each => !except(each));
    expectCaught(variant, findings);
  });

  test('is caught with the assertions of the core on', () => {
    expect(explore({ scenario, core: patchedCore(variant.patches) }).findings).not.toEqual([]);
  });
});
