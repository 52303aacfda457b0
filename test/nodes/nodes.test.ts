/** Which versions of Node are supported: what package.json declares is what the set-up asks for, and what the README says is what is tried. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const urlOf = (file: string): string => JSON.stringify(pathToFileURL(join(root, file)).href);

/** What a program prints that is run as an ES module. */
function printed(code: string): string {
  const args = ['--input-type=module', '-e', code];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}

const askSetUp = (version: string): string =>
  printed(`
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    const { requireNode } = await import(${urlOf('scripts/setup/node.mjs')});
    try { requireNode(); console.log('taken'); } catch (error) { console.log(error.message); }`);

const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
const oldest = engines.node.replace('>=', '');

it('is set up from the oldest one on that package.json declares', () => {
  const [major, minor] = oldest.split('.').map(Number) as [number, number];
  for (const version of [`${oldest}.0`, `${major}.${minor + 1}.0`, '22.0.0', '24.0.0'])
    expect(askSetUp(version)).toBe('taken');
  for (const version of [`${major}.${minor - 1}.9`, `${major - 1}.99.0`])
    expect(askSetUp(version)).toBe(`this is Node ${version}: install Node ${oldest} or newer`);
});

it('is tried on the versions that the README names', () => {
  const pinned = printed(`
    Object.defineProperty(process, 'platform', { value: 'linux' });
    Object.defineProperty(process, 'arch', { value: 'x64' });
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${oldest}.0' } });
    const { otherVersions } = await import(${urlOf('scripts/nodes/binaries.mjs')});
    console.log(otherVersions().map(each => each.split('.')[0]).join());`);
  const [, named = ''] = /tried on Node ([\d, and]+)/.exec(read('README.md')) ?? [];
  expect(named.match(/\d+/g)?.join()).toBe([oldest.split('.')[0], pinned].join());
});

it('takes no other content for the program of a version than what is pinned', () => {
  const judged = (integrity: string): string =>
    printed(`
      const { demandContent } = await import(${urlOf('scripts/nodes/binaries.mjs')});
      try { demandContent(${JSON.stringify(__filename)}, '${integrity}'); console.log('taken'); }
      catch (error) { console.log(error.message); }`);
  const refusal = judged('sha512-other');
  expect(refusal).toMatch(/is not what is pinned: sha512-\S+, not sha512-other$/);
  expect(judged(/pinned: (\S+),/.exec(refusal)?.[1] ?? '')).toBe('taken');
});

it('runs, and starts by the name of node, the version that was asked for', () => {
  const wanted = process.env['WANTED_NODE'] ?? process.versions.node; // scripts/nodes/main.mjs
  expect(process.versions.node).toBe(wanted);
  if (process.env['WANTED_NODE'] !== undefined)
    expect(execFileSync('node', ['--version'], { encoding: 'utf8' }).trim()).toBe(`v${wanted}`);
});
