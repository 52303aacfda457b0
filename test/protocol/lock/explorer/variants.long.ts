/**
 * Owns the proof that the exploration can fail: every broken variant is caught by a promise that names it, by the checks from
 * outside alone (the core's assertions taken out). `EXPLORER_TRACES=1` prints the shortest script to each.
 */
import { type Patch } from '../../exploring/patched';
import { expectCaught } from '../../exploring/variant';
import { type Violation } from './checks';
import { explore } from './explore';
import { patchedLock } from './patchedLock';
import { variants } from './variants';

const withoutAssertions: Patch = {
  file: 'apply.ts',
  find: '  assertLock(current, after, now);\n',
  replace: '',
};

test.each(variants.map(each => [`${each.name}: ${each.caughtBy.join(' or ')}`, each] as const))(
  'is caught: %s',
  (_, { name, patches, caughtBy, scenario, forgetsCancelled = false }) => {
    const core = patchedLock([...patches, withoutAssertions]);
    const except = ({ promise }: Violation): boolean => !caughtBy.includes(promise);
    const { findings } = explore({ scenario, core, forgetsCancelled }, except);
    expectCaught({ name }, findings);
  },
);

test('a patch must meet its place exactly once', () => {
  expect(() => patchedLock([{ ...withoutAssertions, find: 'nowhere' }])).toThrow('0 places');
  expect(() => patchedLock([{ ...withoutAssertions, find: 'Lock' }])).toThrow('places');
});
