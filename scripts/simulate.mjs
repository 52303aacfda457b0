// Owns running the simulation (test/simulation) from its sources: they are transpiled as they are loaded.
import { createRequire } from 'node:module';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { transformSync } from '@swc/core';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');

require.extensions['.ts'] = (module, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  module._compile(code, file);
};

if (isMainThread) {
  const { main } = require(path.join(root, 'test/simulation/main.ts'));
  process.exitCode = await main(process.argv.slice(2));
} else require(path.join(root, 'test/simulation/threads.ts')).playAsTold();
