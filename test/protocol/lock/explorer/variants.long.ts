/**
 * Owns the proof that the exploration can fail: every broken variant is caught by a promise that names it, by the checks from
 * outside alone (the core's assertions taken out). `EXPLORER_TRACES=1` prints the shortest script to each.
 */
import { expectCaught } from '../../exploring/variant';
import { type Violation } from './checks';
import { explore } from './explore';
import { patchedLock, withoutAssertions } from './patchedLock';
import { variants } from './variants';

test.each(variants.map(each => [`${each.name}: ${each.caughtBy.join(' or ')}`, each] as const))(
  'is caught: %s',
  (_, { name, patches, caughtBy, scenario, forgetsCancelled = false }) => {
    const core = patchedLock([...patches, withoutAssertions]);
    const except = ({ promise }: Violation): boolean => !caughtBy.includes(promise);
    const { findings } = explore({ scenario, core, forgetsCancelled }, except);
    expectCaught({ name }, findings);
  },
);
