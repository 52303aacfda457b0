import { shared } from './jest.config.mjs';

// What is played on a Temporal cluster (npm run cluster:try). The cluster is the test's own: no other server is started.
export default {
  ...shared,
  globalSetup: null,
  globalTeardown: null,
  displayName: 'cluster',
  maxWorkers: 1,
  testTimeout: 600_000,
  testMatch: ['<rootDir>/test/cluster/**/*.cluster.ts'],
};
