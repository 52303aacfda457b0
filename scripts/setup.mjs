// Makes a clone ready: dependencies as the lock file says and, with --build, dist/ as the sources say. Runs
// before start, test, demo, bench, build and check, with the standard library only, and does nothing when
// there is nothing to do.
// usage: node scripts/setup.mjs [--build]
// Can fail: too old a Node, npm ci, the build. Each ends with one message that says what to do, and exit code
// 1.
import { isBuilt, markBuilt, sourcesHash } from './setup/build.mjs';
import { dependenciesHash, isInstalled, markInstalled } from './setup/dependencies.mjs';
import { withLock } from './setup/lock.mjs';
import { requireNode } from './setup/node.mjs';
import { runNpm } from './setup/npm.mjs';

const CI = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

try {
  requireNode();
  if (!isInstalled()) await withLock(install);
  if (process.argv.includes('--build') && !isBuilt()) await withLock(build);
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}

// Looked at again under the lock: another set-up may have done it meanwhile. The hash is of what was there
// before the work.
async function install() {
  if (isInstalled()) return;
  const hash = dependenciesHash();
  await timed('installing dependencies (npm ci)', () => runNpm(CI));
  markInstalled(hash);
}

async function build() {
  if (isBuilt()) return;
  const hash = sourcesHash();
  await timed('building (npm run build)', () => runNpm(['run', '--silent', 'build']));
  markBuilt(hash);
}

async function timed(what, work) {
  console.error(`setup: ${what} …`);
  const began = Date.now();
  await work();
  console.error(`setup: done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
