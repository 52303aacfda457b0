import { shared } from './jest.config.mjs';
import { groups } from './test/groups/grouping.mjs';

const grouped = Object.values(groups).flat();

// What `npm test` runs: the same files as `jest`, many of them together.
export default {
  ...shared,
  displayName: 'suite',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/groups/*.group.ts'],
  testPathIgnorePatterns: [...shared.testPathIgnorePatterns, ...grouped.map(file => `/${file}$`)],
  globals: { testGroups: groups },
  testSequencer: '<rootDir>/test/groups/longestFirst.mjs',
};
