import { shared } from './jest.config.mjs';

export default {
  ...shared,
  displayName: 'long',
  maxWorkers: 1,
  testTimeout: 900_000,
  testMatch: ['<rootDir>/test/**/*.long.ts'],
};
