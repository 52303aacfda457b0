/** Owns running several test files as one of jest's (grouping.mjs): each is a `describe` of its path. */
import { basename, join } from 'node:path';
import { changedSince } from '../support/environment';
import { endShared } from '../support/sharing';

/** By name, the files of each group: of jest.groups.config.mjs. */
declare const testGroups: Readonly<Record<string, readonly string[]>>;

export function runGroup(groupFile: string): void {
  const name = basename(groupFile, '.group.ts');
  const files = testGroups[name] ?? [];
  if (files.length === 0) throw new Error(`no test is in the group ${name}: see test/groups/grouping.mjs`);
  for (const file of files)
    describe(file, () => {
      let before: NodeJS.ProcessEnv = {};
      beforeAll(() => {
        before = { ...process.env };
      });
      load(file);
      afterAll(() => {
        demandAsBefore(before, file); // after the file's own, which give back
      });
    });
  afterAll(endShared);
}

/** One that cannot be loaded fails as a test, and the other files run. */
function load(file: string): void {
  const before = { ...process.env };
  try {
    jest.requireActual(join(__dirname, '../..', file));
    demandAsBefore(before, file);
  } catch (error) {
    it('can be loaded', () => {
      throw error;
    });
  }
}

/** @throws where the files after it would have an environment that it has changed: `withEnvironment` gives back */
function demandAsBefore(before: NodeJS.ProcessEnv, file: string): void {
  const changed = changedSince(before);
  if (changed.length > 0) throw new Error(`${file} has left the environment changed: ${changed.join()}`);
}
