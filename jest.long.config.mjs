import { shared } from './jest.config.mjs';

export default {
  ...shared,
  displayName: 'long',
  testTimeout: 900_000,
  testSequencer: '<rootDir>/test/groups/longestFirst.mjs',
  testMatch: ['<rootDir>/test/**/*.long.ts'],
};
