/** Owns running several test files as one of jest's (grouping.mjs): each is a `describe` of its path. */
import { basename, join } from 'node:path';
import { endShared } from '../support/sharing';

/** By name, the files of each group: of jest.groups.config.mjs. */
declare const testGroups: Readonly<Record<string, readonly string[]>>;

export function runGroup(groupFile: string): void {
  const name = basename(groupFile, '.group.ts');
  const files = testGroups[name] ?? [];
  if (files.length === 0) throw new Error(`no test is in the group ${name}: see test/groups/grouping.mjs`);
  for (const file of files)
    describe(file, () => {
      load(file);
    });
  afterAll(endShared);
}

/** One that cannot be loaded fails as a test, and the other files run. */
function load(file: string): void {
  try {
    jest.requireActual(join(__dirname, '../..', file));
  } catch (error) {
    it('can be loaded', () => {
      throw error;
    });
  }
}
