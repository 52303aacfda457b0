// Two projects: `suite` is what every change runs (npm test), `long` are the walks and drills (npm run test:long).
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.(t|m?j)s$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(jose)/)'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.temporal/'],
};

export default {
  maxWorkers: 2,
  testTimeout: 60_000,
  projects: [
    { ...shared, displayName: 'suite', testMatch: ['<rootDir>/test/**/*.test.ts'] },
    { ...shared, displayName: 'long', testMatch: ['<rootDir>/test/**/*.long.ts'] },
  ],
};
