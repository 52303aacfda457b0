/**
 * Owns that every broken variant can still be made: each text that one replaces stands in its file exactly once, and what comes of it is
 * TypeScript. That it is caught takes minutes (`variants.long.ts` of each family); that a line was moved shows here.
 */
import path from 'node:path';
import { fastLockVariants } from '../explorer/fastLockVariants';
import { fastVariants } from '../explorer/fastVariants';
import { lockVariants } from '../explorer/lockVariants';
import { withoutAssertions } from '../explorer/patchedCore';
import { variants } from '../explorer/variants';
import * as lock from '../lock/explorer/patchedLock';
import { variants as variantsOfLocks } from '../lock/explorer/variants';
import * as simulation from '../../simulation/variants';
import { type Patch, patchedFiles } from './patched';

interface Named {
  readonly name: string;
  readonly patches: readonly Patch[];
}

const root = path.resolve(__dirname, '../../..');
const inRoot = (patches: readonly Patch[]): Patch[] =>
  patches.map(each => ({ ...each, file: `src/protocol/${each.file}` }));

/** With the core's assertions taken out, as each is looked for; below the root. */
const families: Readonly<Record<string, readonly Named[]>> = {
  'the transaction': plantedWith([withoutAssertions], variants, inRoot),
  'its locks': plantedWith([withoutAssertions], lockVariants, inRoot),
  'the first task': plantedWith([withoutAssertions], fastVariants, inRoot),
  'the first task with locks': plantedWith([withoutAssertions], fastLockVariants, inRoot),
  'the lock': plantedWith([lock.withoutAssertions], variantsOfLocks, each => inRoot(lock.inProtocol(each))),
  'what drives the core': plantedWith([simulation.withoutAssertions], simulation.variants),
};

function plantedWith(
  beside: readonly Patch[],
  family: readonly Named[],
  placed: (patches: readonly Patch[]) => readonly Patch[] = patches => patches,
): Named[] {
  return family.map(({ name, patches }) => ({ name, patches: placed([...patches, ...beside]) }));
}

describe.each(Object.entries(families))('of %s', (_, family) => {
  test.each(family.map(each => [each.name, each.patches] as const))('can be made: %s', (_name, patches) => {
    const files = patchedFiles(patches, root);
    expect(files.size).toBe(new Set(patches.map(each => each.file)).size);
  });
});

test('each has a name of its own in its family', () => {
  for (const family of Object.values(families)) {
    const names = family.map(each => each.name);
    expect(names).toEqual([...new Set(names)]);
  }
});

describe('a patch', () => {
  const of = (patch: Partial<Patch>) => () => patchedFiles([{ ...withoutAssertions, ...patch }]);

  it('must meet its place exactly once', () => {
    expect(of({ find: 'nowhere' })).toThrow('0 places');
    expect(of({ find: 'Transaction' })).toThrow('places');
  });

  it('must be of a file that is there', () => {
    expect(of({ file: 'transaction/moved.ts' })).toThrow('ENOENT');
  });

  it('must leave TypeScript', () => {
    expect(of({ replace: '}}' })).toThrow();
  });
});
