import { shared } from './jest.config.mjs';

// Drills under load, whose outcome says nothing on a machine that does something else beside them.
export default {
  ...shared,
  displayName: 'alone',
  maxWorkers: 1,
  testTimeout: 900_000,
  testMatch: ['<rootDir>/test/**/*.alone.ts'],
};
