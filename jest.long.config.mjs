import { shared } from './jest.config.mjs';

export default {
  ...shared,
  displayName: 'long',
  maxWorkers: 2,
  testTimeout: 900_000,
  testMatch: ['<rootDir>/test/**/*.long.ts'],
};
