/** A client that openapi-typescript makes of `/openapi.json` compiles, refuses what the API would refuse, and starts a transaction. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { Harness } from '../api/harness';

const usage = `
import createClient from 'openapi-fetch';
import type { components, paths } from './coordinator';

export type Problem = components['schemas']['OverloadedProblem'] | components['schemas']['StartUnknownProblem'];

export async function startAndRead(baseUrl: string): Promise<string> {
  const client = createClient<paths>({ baseUrl });
  const started = await client.POST('/transactions', {
    params: { header: { 'Idempotency-Key': 'order-4711' } },
    body: { participants: ['http://a/prepare', { url: 'http://b/prepare', name: 'car', payload: { days: 2 } }], labels: { order: '4711' } },
  });
  if (started.data === undefined) throw new Error(started.error.detail);
  const { id } = started.data;
  const read = await client.GET('/transactions/{id}', { params: { path: { id } } });
  if (read.data === undefined) {
    if (read.error.type === '/problems/expired-transaction') return read.error.title;
    throw new Error(read.error.detail);
  }
  const [first] = read.data.participants;
  const vote: 'yes' | 'no' | undefined = first?.vote;
  const outcome: 'commit' | 'rollback' | null = read.data.decision;
  return [read.data.status, first?.name, vote, outcome].join();
}

export async function unknown(baseUrl: string): Promise<string> {
  const { error } = await createClient<paths>({ baseUrl }).GET('/transactions/{id}', { params: { path: { id: 'none' } } });
  return error?.type ?? '';
}
`;

/** Each does not compile. */
const wrong = [
  `client.POST('/transactions', { body: { participants: ['http://a/prepare'], timeoutMs: 'soon' } })`,
  `client.POST('/transactions/{id}/resolve', { params: { path: { id: 'a' } }, body: { participant: 'p1', outcome: 'maybe', reason: 'r' } })`,
  `client.GET('/transactions', { params: { query: { status: 'sleeping' } } })`,
  `client.GET('/transactionz')`,
];

let folder: string;
let api: Harness;
beforeAll(async () => {
  const cache = join(__dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'client-')); // there openapi-fetch is found
  api = await Harness.start();
  await generate(`${api.listening.url}/openapi.json`, join(folder, 'coordinator.d.ts'));
  writeFileSync(join(folder, 'usage.ts'), usage);
  const lines = wrong.map(each => `export const fails${wrong.indexOf(each)} = () => ${each};`);
  const head = `import createClient from 'openapi-fetch';\nimport type { paths } from './coordinator';\nconst client = createClient<paths>();\n`;
  writeFileSync(join(folder, 'wrong.ts'), head + lines.join('\n'));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

it('compiles, and works', async () => {
  const program = compile();
  const said = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
    return {
      file: file?.fileName.split('/').at(-1),
      line,
      text: ts.flattenDiagnosticMessageText(messageText, '\n'),
    };
  });
  expect(said.filter(({ file }) => file !== 'wrong.ts')).toEqual([]);
  expect([...new Set(said.map(({ line }) => line - 3))]).toEqual(wrong.map((_, index) => index));
  program.emit();
  const client = jest.requireActual<Record<'startAndRead' | 'unknown', (url: string) => Promise<string>>>(
    join(folder, 'usage.js'),
  );
  expect(await client.startAndRead(api.listening.url)).toBe('pending,p1,,');
  expect(api.coordinator.started[0]).toMatchObject({ idempotencyKey: 'order-4711' });
  expect(await client.unknown(api.listening.url)).toBe('/problems/unknown-transaction');
});

/** As the README says. */
async function generate(url: string, into: string): Promise<void> {
  const command = join(__dirname, '../../node_modules/openapi-typescript/bin/cli.js');
  await promisify(execFile)(process.execPath, [command, url, '-o', into]);
}

function compile(): ts.Program {
  return ts.createProgram([join(folder, 'usage.ts'), join(folder, 'wrong.ts')], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    esModuleInterop: true,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
}
