/** The entry as an installed package offers it, and the programs of docs/TESTING.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../devServer/fixture';

const inRoot = { cwd: ROOT, encoding: 'utf8' } as const;

it('loads neither Temporal, nor Express, nor a driver of a database', () => {
  const program = `
    const testing = require('distributed-transaction-coordinator/testing');
    console.log(JSON.stringify({ names: Object.keys(testing), loaded: Object.keys(require.cache) }));`;
  const { names, loaded } = JSON.parse(execFileSync(process.execPath, ['-e', program], inRoot)) as {
    names: string[];
    loaded: string[];
  };
  expect(names).toEqual(expect.arrayContaining(['createTestCoordinator', 'explore', 'CounterExample']));
  const packages = loaded.flatMap(path => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const ofSignatures = ['@stablelib/base64', 'fast-sha256', 'standardwebhooks'];
  expect([...new Set(packages)].sort()).toEqual([...ofSignatures, 'ipaddr.js', 'undici', 'zod'].sort());
  const folders = loaded.flatMap(path => /dist\/(src\/\w+|\w+)\//.exec(path)?.[1] ?? []);
  expect([...new Set(folders)].sort()).toEqual([
    'activities',
    'src/outbound',
    'src/protocol',
    'src/testing',
    'workflows',
  ]);
});

const page = readFileSync(join(ROOT, 'docs/TESTING.md'), 'utf8');
const programs = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

function printedBy(program: string, call: string): unknown {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(program, { compilerOptions });
  const code = `${outputText}\n${call}().then(result => console.log(JSON.stringify(result)));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', code], inRoot));
}

it('explores a participant of the kit, as docs/TESTING.md does', () => {
  expect(printedBy(programs[0] ?? '', 'test')).toEqual({ runs: 50, requests: expect.any(Number) as number });
});

it('plays one transaction, as docs/TESTING.md does', () => {
  expect(printedBy(programs[1] ?? '', 'once')).toMatchObject({
    status: 'committed',
    story: expect.arrayContaining([expect.stringContaining('its answer is lost')]) as string[],
  });
});
