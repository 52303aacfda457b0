// Lint, and the borders between folders: a wrong import or a cycle fails the build (test/lint plants one of each).
import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** `zone(folder, [what it may not import], why)`: paths are relative to the repository root. */
const zone = (target, from, message) => ({ target, from, message });

const src = './src';
const outside = ['./workflows', './activities', './test', './bench', './examples'];

const borders = [
  zone(
    './src/protocol/transaction',
    [...outside, `${src}/!(protocol)/**/*`, './src/*.ts'],
    'the core is pure: it imports src/protocol only',
  ),
  zone(
    './src/protocol/wire',
    [...outside, `${src}/!(protocol)/**/*`, './src/*.ts', './src/protocol/transaction'],
    'wire is shared with participants: it imports nothing of ours',
  ),
  zone(
    './workflows',
    ['./test', './bench', './examples', `${src}/!(protocol)/**/*`, './src/*.ts', './activities/!(types.ts)'],
    'workflows are deterministic: they import the protocol and activities/types.ts only',
  ),
  zone(
    './activities',
    ['./test', './bench', './examples', './workflows', './src/api', './src/coordinator', './src/*.ts'],
    'activities import the protocol, src/outbound and src/telemetry',
  ),
  zone('./src/outbound', [...outside, './src/api', './src/coordinator', './src/temporal'], 'outbound knows HTTP only'),
  zone('./src/coordinator', ['./activities', './test', './bench', './examples', './src/api'], 'routes use the coordinator, not the reverse'),
  zone('./src/api', ['./workflows', './activities', './test', './bench', './examples'], 'the API reaches workflows through src/coordinator'),
  zone('./src', ['./test', './bench', './examples'], 'what ships imports nothing that does not'),
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.temporal/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: { ...importX.flatConfigs.typescript.settings, 'import-x/resolver': { typescript: true, node: true } },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: borders }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
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
    files: ['src/protocol/transaction/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|@temporalio|zod)', message: 'the core is pure: no I/O, no engine, no zod' }] },
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
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', Buffer: 'readonly' } },
  },
);
