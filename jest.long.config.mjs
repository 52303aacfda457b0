import { shared } from './jest.config.mjs';

export default {
  ...shared,
  displayName: 'long',
  maxWorkers: 3, // on two cores: many wait; the order has beside a busy one what waits
  testTimeout: 900_000,
  testSequencer: '<rootDir>/test/groups/longestFirst.mjs',
  testMatch: ['<rootDir>/test/**/*.long.ts'],
};
