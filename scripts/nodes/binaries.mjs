// The other versions of Node that the suite's core runs on. Owns which they are, and getting their programs into this user's cache:
// from the npm packages that hold them, by the registry that npm is set to, and only with the content that is pinned here.
// Can fail: no package for this machine, npm cannot get it, another content (throws, with what to do).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** By platform: the version and the integrity of its package, as the registry has it (`npm view node-<platform>@22 dist.integrity`). */
const pinned = {
  'linux-x64': {
    '22.23.5':
      'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
    '24.22.3':
      'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
};

/** Of the versions that are pinned, those of another major than the one that runs. */
export function otherVersions() {
  const versions = pinned[platform()];
  if (versions === undefined)
    throw new Error(
      `no Node is pinned for ${platform()}: run \`npx jest --config jest.nodes.config.mjs\` with one of your own, or add it to scripts/nodes/binaries.mjs`,
    );
  return Object.keys(versions).filter(version => majorOf(version) !== majorOf(process.versions.node));
}

/** @returns the folder with the program, to be put on PATH */
export function folderWith(version) {
  const folder = join(cache(), `node-${version}-${platform()}`);
  if (!existsSync(join(folder, 'node'))) get(version, folder);
  return folder;
}

function get(version, folder) {
  console.error(`nodes: getting Node ${version} into ${folder}`);
  mkdirSync(cache(), { recursive: true });
  const scratch = mkdtempSync(join(cache(), 'getting-')); // beside its place, so that it gets there whole or not at all
  try {
    const file = join(scratch, pack(`node-${platform()}@${version}`, scratch));
    demandContent(file, pinned[platform()][version]);
    execFileSync('tar', ['-xzf', file, '-C', scratch, '--strip-components=2', 'package/bin/node']);
    rmSync(file);
    chmodSync(join(scratch, 'node'), 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pack(name, folder) {
  try {
    const args = ['pack', '--silent', '--pack-destination', folder, name];
    return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  } catch (error) {
    throw new Error(`npm could not get ${name}, see above: does it reach its registry?`, { cause: error });
  }
}

export function demandContent(file, integrity) {
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${file} is not what is pinned: ${found}, not ${integrity}`);
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

function majorOf(version) {
  return version.split('.')[0];
}

function cache() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dtc');
}
