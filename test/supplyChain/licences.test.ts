/** Every dependency at run time has a licence that is allowed, and docs/THIRD-PARTY.md lists it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, object>>;
};

/** The script is an ES module: asked in a process of its own. */
function judged(about: object): { readonly refused: readonly string[]; readonly page: string } {
  const code = `
    const { notAllowed, page } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/licences/licences.mjs')).href)});
    const packages = JSON.parse(await new Response(process.stdin).text());
    console.log(JSON.stringify({ refused: notAllowed(packages), page: page(packages) }));`;
  const args = ['--input-type=module', '-e', code];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', input: JSON.stringify(about) });
  return JSON.parse(said) as ReturnType<typeof judged>;
}

it('lists them all (to mend it: npm run licences)', () => {
  const { refused, page } = judged(packages);
  expect(refused).toEqual([]);
  expect(readFileSync(join(root, 'docs/THIRD-PARTY.md'), 'utf8')).toBe(page);
});

it.each([
  ['one that is not allowed', { license: 'AGPL-3.0-only' }, 'AGPL-3.0-only'],
  ['none', {}, 'none'],
  ['another beside an allowed one', { license: '(MIT OR GPL-2.0)' }, '(MIT OR GPL-2.0)'],
])('refuses a new dependency with %s', (_, entry, licence) => {
  const more = { ...packages, 'node_modules/other/node_modules/@new/one': { version: '1.0.0', ...entry } };
  expect(judged(more).refused).toEqual([`the licence of @new/one 1.0.0 is not allowed: ${licence}`]);
});

it('asks for another look at what was looked at when it has changed', () => {
  const refusedAs = (name: string, entry: object): readonly string[] =>
    judged({ ...packages, [`node_modules/${name}`]: entry }).refused;
  expect(refusedAs('unionfs', { version: '5.0.0' })).toEqual([
    'the licence of unionfs 5.0.0 is not allowed: none',
  ]);
  expect(refusedAs('caniuse-lite', { version: '2.0.0', license: 'CC-BY-NC-4.0' })).toEqual([
    'the licence of caniuse-lite 2.0.0 is not allowed: CC-BY-NC-4.0',
  ]);
});

it('lists no tool of development', () => {
  const more = { ...packages, 'node_modules/tool': { version: '1.0.0', license: 'GPL-3.0-only', dev: true } };
  expect(judged(more)).toEqual(judged(packages));
});
