// Lint, and the borders between folders: a wrong import or a cycle fails the build (test/lint plants one of each).
import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Code in `target` may not import from `from`, but for `except` (relative to `from`). Paths are relative to the root. */
const zone = (target, from, message, except = []) => ({ target, from, message, except });
const zones = (target, froms, message) => froms.map(from => zone(target, from, message));

const durable = ['./workflows', './activities'];
const notShipped = ['./test', './bench', './chaos', './examples'];
/** Floors from the ground up (docs/ARCHITECTURE.md): what stands below may not import what stands above it. */
const api = ['./src/api'];
const aboveCoordinator = [...api, './activities'];
const aboveWorkflows = [...aboveCoordinator, './src/coordinator'];
const aboveEngine = [...aboveWorkflows, './workflows'];

const borders = [
  ...zones(
    './src/protocol',
    [...durable, ...notShipped],
    'the protocol is pure: it imports src/protocol only',
  ),
  zone('./src/protocol', './src', 'the protocol is pure: it imports src/protocol only', ['./protocol']),
  zone('./src/protocol/wire', './src/protocol', 'wire is shared with participants: it imports nothing else', [
    './wire',
  ]),
  zone('./src/protocol/client', './src/protocol', 'what clients see is made of the wire format alone', [
    './client',
    './wire',
  ]),
  ...zones('./src/outbound', [...durable, ...notShipped], 'outbound knows HTTP only'),
  zone('./src/outbound', './src', 'outbound knows HTTP only', ['./outbound', './protocol/wire']),
  ...zones('./src/telemetry', durable, 'telemetry imports the protocol only'),
  zone('./src/telemetry', './src', 'telemetry imports the protocol only', ['./telemetry', './protocol']),
  ...zones('./src/engine', aboveEngine, 'the engine knows Temporal, not what is done with it'),
  ...zones('./workflows', notShipped, 'what ships imports nothing that does not'),
  zone(
    './workflows',
    './src',
    'workflows are deterministic: they import the protocol, and what of a run stands in Temporal',
    ['./protocol', './engine/facts'],
  ),
  zone('./src/engine/facts', './src', 'workflows import it: it knows the protocol only', [
    './protocol',
    './engine/facts',
  ]),
  zone('./workflows', './activities', 'workflows are deterministic: an activity is known by its type alone'),
  ...zones('./activities', notShipped, 'what ships imports nothing that does not'),
  zone('./activities', './workflows', 'activities reach workflows through src/coordinator'),
  ...zones(
    './activities',
    [...api, './src/config', './src/main.ts'],
    'activities are configured by their input alone',
  ),
  ...zones(
    './src/coordinator',
    aboveCoordinator,
    'routes and activities use the coordinator, not the reverse',
  ),
  ...zones('./src/api', durable, 'the API reaches workflows through src/coordinator'),
  ...zones(
    './src/participant',
    durable,
    'the kit shares the wire format with the coordinator, and nothing else',
  ),
  zone(
    './src/participant',
    './src',
    'the kit shares the wire format with the coordinator, and nothing else',
    ['./participant', './protocol/wire'],
  ),
  ...zones('./src/client', durable, 'the client knows what the API says, and nothing of what is behind it'),
  zone('./src/client', './src', 'the client knows what the API says, and nothing of what is behind it', [
    './client',
    './protocol',
  ]),
  zone(
    './src/testing',
    './src',
    'in memory there is the protocol, HTTP that leaves, and the driver and judgement of production; no Temporal, no server',
    ['./testing', './outbound', './protocol'],
  ),
  ...zones(
    './src/workflow',
    durable,
    "it runs in the workflows of other programs: it imports the protocol's pure part alone",
  ),
  zone(
    './src/workflow',
    './src',
    "it runs in the workflows of other programs: it imports the protocol's pure part alone",
    ['./workflow', './protocol'],
  ),
  ...zones(
    './src/checkParticipant',
    durable,
    'the check sends and judges as the coordinator, and needs no Temporal',
  ),
  zone(
    './src/checkParticipant',
    './src',
    'the check sends and judges as the coordinator, and needs no Temporal',
    ['./checkParticipant', './command', './outbound', './protocol/wire'],
  ),
  ...zones(
    './console',
    [...durable, ...notShipped],
    'the console can do what the API can: it has the client, and what clients read',
  ),
  zone(
    './console',
    './src',
    'the console can do what the API can: it has the client, and what clients read',
    ['./client', './protocol/client'],
  ),
  ...zones('./src', notShipped, 'what ships imports nothing that does not'),
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.temporal/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver': { typescript: true, node: true },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }], // what is installed imports nothing of ours
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: borders }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    // The core and the wire format have no clock, no randomness and no environment of their own.
    files: ['src/protocol/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'the core is given the time' },
        { object: 'Math', property: 'random', message: 'the core is given its randomness' },
      ],
    },
  },
  {
    files: ['src/protocol/{transaction,lock,notification,orphans}/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(node:|@temporalio|zod)', message: 'the core is pure: no I/O, no engine, no zod' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'workflows/**/*.ts', 'activities/**/*.ts'],
    ignores: ['src/config/environment.ts', 'src/protocol/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'src/config is the only reader of the environment' },
      ],
    },
  },
  { files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // For a browser, whose types are not those of Node.
    files: ['console/**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: { project: './console/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='createLog'][arguments.length<2]",
          message:
            'it would listen to the standard output that all test files of a process share: silentLog()',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
