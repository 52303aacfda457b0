// `npm run test:nodes`: the core of the suite (jest.nodes.config.mjs) on each other version of Node that is supported, one after the
// other. What it runs is in dist/, which the running version has built.
// Exit code 0: green on all. 1: not on one, or a version cannot be had.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { folderWith, otherVersions } from './binaries.mjs';

const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.nodes.config.mjs'];

try {
  const failed = otherVersions().filter(version => !isGreenOn(version));
  if (failed.length > 0) throw new Error(`not green on Node ${failed.join(', ')}`);
} catch (error) {
  console.error(`nodes: ${error.message}`);
  process.exitCode = 1;
}

/** What a test starts by the name `node` is of this version too. */
function isGreenOn(version) {
  const folder = folderWith(version);
  console.error(`nodes: Node ${version}`);
  const env = { ...process.env, PATH: [folder, process.env.PATH].join(delimiter), WANTED_NODE: version };
  return spawnSync(join(folder, 'node'), jest, { stdio: 'inherit', env }).status === 0;
}
