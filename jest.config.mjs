// `suite` is what every change runs, one file or all; npm test runs all, in groups (jest.groups.config.mjs). jest.long.config.mjs and
// jest.alone.config.mjs have the walks and drills (npm run test:long).
const swc = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };

export const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  maxWorkers: 3, // on two cores: many tests wait for a timeout of Temporal
  testTimeout: 60_000,
  transform: { '^.+\\.(t|m?j)s$': ['@swc/jest', swc] },
  transformIgnorePatterns: ['/node_modules/(?!(jose|@opentelemetry/otlp-exporter-base)/)'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.temporal/'],
  // looked up in a test's own context these are slow, and the explorers look them up millions of times
  sandboxInjectedGlobals: 'Object Array Map Set WeakMap WeakSet String Number Math JSON Infinity'.split(' '),
  // Temporal's native runtime and kept-alive connections would keep the process from ending; the teardown has run by then
  forceExit: true,
  // one real Temporal server for the whole run
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/retry.ts', '<rootDir>/test/support/undocumented.ts'],
};

export default { ...shared, displayName: 'suite', testMatch: ['<rootDir>/test/**/*.test.ts'] };
