/** Every command that the docs name is there, every one that is there is in the docs, and a test runs it, or it is said here why not. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const { scripts, bin } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
};

const pages = [...mdIn(''), ...mdIn('docs')].map(name => ({ name, text: read(name) }));
const prose = pages.map(({ text }) => text).join('\n');
const tests = (readdirSync(join(root, 'test'), { recursive: true }) as string[])
  .filter(name => /\.(?:ts|mjs)$/.test(name) && name !== 'docs/commands.test.ts')
  .map(name => read(join('test', name)))
  .concat(read('.ci/run'))
  .join('\n');

function mdIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter(name => name.endsWith('.md'));
  return names.map(name => join(folder, name));
}

/** Those that npm runs by itself around another, and the steps of `npm run check`. */
function isPart(name: string): boolean {
  return (
    name.startsWith('check:') ||
    Object.keys(scripts).some(each => name === `pre${each}`) ||
    name === 'prepack'
  );
}

const commands = Object.keys(scripts).filter(name => !isPart(name) && name !== 'prepublishOnly');
const asTyped = (name: string): string =>
  ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;

it.each(pages)('$name names commands that are there', ({ text }) => {
  const named = [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
  expect(named.filter(name => scripts[name] === undefined)).toEqual([]);
});

it.each(commands)('%s is in the docs', name => {
  expect(prose).toMatch(new RegExp(`\\b${asTyped(name)}(?![\\w:-])`));
});

it.each(Object.keys(bin))('%s of the package is in the docs, and run by a test', name => {
  expect(prose).toContain(name);
  expect(tests).toContain(name);
});

/** Why no test runs it. */
const untested: Readonly<Record<string, string>> = {
  bench: 'what it prints are measurements, of minutes',
  'bench:locks': 'as bench',
  'bench:participant': 'as bench',
  build: 'a step of check',
  'cluster:try': 'it needs Go, and builds a Temporal server: docs/SCALING.md says when it was run',
  format: 'it changes files; check:format, a step of check, runs the same program',
};

/** By its name as npm runs it, or by the program that it is. */
function signsOf(name: string): string[] {
  const program = /(?:node|exec node) ([\w/.-]+)/.exec(scripts[name] ?? '')?.[1] ?? '';
  const signs = [`npm ${name}`, `npm run ${name}`, `'run', '${name}'`, `run('${name}'`];
  return program === '' ? signs : [...signs, program, program.split('/').slice(-3).join("', '")];
}

it.each(commands.filter(name => untested[name] === undefined))('%s is run by a test, or by CI', name => {
  expect(signsOf(name).filter(sign => tests.includes(sign))).not.toEqual([]);
});
