/** `npm test` runs every `*.test.ts` once: in a group (test/groups), or by itself. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');

async function printedBy(args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return JSON.parse(stdout);
}

const read = `
  import { fileOf, groups, longest, longestOfLong, alone } from './test/groups/grouping.mjs';
  const files = Object.entries(groups).map(([name, files]) => ({ group: fileOf(name), files }));
  console.log(JSON.stringify({ files, longest, longestOfLong, alone: Object.keys(alone) }));
`;

interface Grouping {
  readonly files: readonly { readonly group: string; readonly files: readonly string[] }[];
  readonly longest: readonly string[];
  readonly longestOfLong: readonly string[];
  readonly alone: readonly string[];
}

let grouping: Grouping;
/** What jest starts, as paths from the root. */
let started: readonly string[];
const written = readdirSync(resolve(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => `test/${name}`);

beforeAll(async () => {
  grouping = (await printedBy(['--input-type=module', '-e', read])) as Grouping;
  const list = ['--config', 'jest.groups.config.mjs', '--listTests', '--json'];
  const paths = (await printedBy(['node_modules/jest/bin/jest.js', ...list])) as string[];
  started = paths.map(path => relative(root, path));
});

it('starts every group, and each runs the files that are its own', () => {
  expect(started.filter(path => path.endsWith('.group.ts')).sort()).toEqual(
    grouping.files.map(({ group }) => group).sort(),
  );
});

it('runs every file, and none twice', () => {
  const single = started.filter(path => path.endsWith('.test.ts'));
  const grouped = grouping.files.flatMap(({ files }) => files);
  expect([...single, ...grouped].sort()).toEqual([...written].sort());
});

/** The files after it would look for that server too, when it is gone. */
it('has nobody in a group who names another Temporal server for the tests', () => {
  const grouped = grouping.files.flatMap(({ files }) => files);
  const naming = grouped.filter(path =>
    readFileSync(resolve(root, path), 'utf8').includes("process.env['TEST_TEMPORAL_ADDRESS'] = "),
  );
  expect(naming).toEqual([]);
});

/** Its tests would count as those of the file that imports it. */
it('has no file that another one imports', () => {
  const imports = written.filter(path =>
    /from '[^']+\.test'/.test(readFileSync(resolve(root, path), 'utf8')),
  );
  expect(imports).toEqual([]);
});

it('says of every group when it starts, and names no file that is not there', () => {
  expect(grouping.files.filter(({ group }) => !grouping.longest.includes(group))).toEqual([]);
  expect(grouping.alone.filter(path => !written.includes(path))).toEqual([]);
  expect(grouping.longest.filter(path => !started.includes(path))).toEqual([]);
  expect(grouping.longestOfLong.filter(path => !existsSync(resolve(root, path)))).toEqual([]);
});
