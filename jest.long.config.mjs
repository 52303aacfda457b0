import { shared } from './jest.config.mjs';

export default {
  ...shared,
  displayName: 'long',
  maxWorkers: 2, // drills among them measure how soon something goes on; a third one took as long in all, and each file twice as long
  testTimeout: 900_000,
  testSequencer: '<rootDir>/test/groups/longestFirst.mjs',
  testMatch: ['<rootDir>/test/**/*.long.ts'],
};
