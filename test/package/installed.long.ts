/**
 * The package as whoever installs it has it: the packed file in an empty project, the program of README.md as an ES module and as
 * CommonJS, judged by the compiler and run against a coordinator. What is installed comes from npm's registry.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, newFolder, newPlace, settings } from '../devServer/fixture';
import { freePort } from '../support/listening';
import { type CoordinatorProcess, endProcesses, startProcess } from '../support/processes';

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const [, program = ''] = /### From a program\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme) ?? [];

/** The client alone: its types need no driver's, so the compiler may look into them. */
const clientAlone = `
import { BeginUnknown, type TransactionDocument, createClient, verifyNotification } from 'distributed-transaction-coordinator/client';

export async function order(): Promise<TransactionDocument | string> {
  const dtc = createClient({ url: 'http://127.0.0.1:8080', token: () => 'token' });
  try {
    const { id } = await dtc.begin({ participants: ['http://a/prepare', { url: 'http://b/prepare', payload: 7 }] });
    for await (const { state, participants } of dtc.watch(id)) console.log(state, participants[0]?.vote);
    return await dtc.wait(id);
  } catch (error) {
    if (error instanceof BeginUnknown) return error.idempotencyKey;
    throw error;
  }
}
export const { data } = verifyNotification({}, '', 'whsec_');
// @ts-expect-error a participant's URL is text
void createClient({ url: '' }).begin([7]);
// @ts-expect-error commitUrl and rollbackUrl are named together
void createClient({ url: '' }).begin([{ url: 'http://a/prepare', commitUrl: 'http://a/done' }]);
`;

/** The programs of docs/CLIENT.md as one: each in a scope of its own, but for the first, whose client all have. */
function pageAsProgram(): string {
  const page = readFileSync(join(ROOT, 'docs/CLIENT.md'), 'utf8');
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const imports = blocks.flatMap(code => code.match(/^import .*$/gm) ?? []);
  const [client = '', ...rest] = blocks.map(code => code.replace(/^import .*$/gm, ''));
  const given =
    'id: string, request: Posted & Pick<IncomingMessage, "headers">, rawBody: Buffer, queue: unknown[]';
  return [
    "import { type IncomingMessage } from 'node:http';",
    "import { type Posted } from 'distributed-transaction-coordinator/client';",
    ...imports,
    client,
    `export async function page(${given}) {`,
    ...rest.map(code => `{ ${code} }`),
    '}',
  ].join('\n');
}

let project: string;
let packed: string;
let coordinator: CoordinatorProcess;
beforeAll(async () => {
  project = newFolder();
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
  const [{ filename }] = JSON.parse((await run('npm', pack, { cwd: ROOT })).stdout) as [{ filename: string }];
  packed = join(project, filename);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
  const wanted = ['typescript', '@types/node', '@types/express'].map(name => `${name}@${pinned(name)}`);
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...quiet, packed, ...wanted], { cwd: project });
  coordinator = await startProcess(settings(await newPlace()));
});
afterAll(endProcesses);

/** The versions that are used here, so that another one's fault is no fault of the package. */
function pinned(name: string): string {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  return devDependencies[name] ?? 'latest';
}

type Kind = 'module' | 'commonjs';

/** @returns the compiled file */
async function compile(kind: Kind, source: string, ...more: readonly string[]): Promise<string> {
  const folder = join(project, kind);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: kind }));
  writeFileSync(join(folder, 'index.ts'), source);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', ...more];
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, join(folder, 'index.ts')], { cwd: project }).catch(
    (error: unknown) => {
      throw new Error((error as { readonly stdout: string }).stdout); // what the compiler says
    },
  );
  return join(folder, 'index.js');
}

it.each(['module', 'commonjs'] as const)('commits the transaction of the README as %s', async kind => {
  const here = `http://127.0.0.1:${await freePort()}`;
  const port = new URL(here).port;
  const source = program
    .replaceAll('http://127.0.0.1:9001', here)
    .replace('listen(9001)', `listen(${port})`)
    .replace('http://127.0.0.1:8080', coordinator.url);
  expect(source.split('\n').filter(line => line.trim() !== '').length).toBeLessThanOrEqual(20);
  const compiled = await compile(kind, source, '--skipLibCheck');
  expect(/^import /m.test(readFileSync(compiled, 'utf8'))).toBe(kind === 'module');
  const { stdout } = await run(process.execPath, [compiled], { cwd: join(project, kind), timeout: 60_000 });
  const printed = stdout.split('\n').filter(line => !line.startsWith('{')); // without the kit's log
  expect(printed).toEqual(['booked', 'booked', "committed [ 'p1 committed', 'p2 committed' ]", '']);
});

it('has types for the client that are whole without those of any driver, and that the programs of its page go by', async () => {
  mkdirSync(join(project, 'module'), { recursive: true });
  writeFileSync(join(project, 'module/page.ts'), pageAsProgram());
  const source = `${clientAlone}\nexport * from './page.js';`;
  await compile('module', source, '--exactOptionalPropertyTypes');
});

it.each([
  ['publint', ['--strict']],
  ['attw', ['--profile', 'node16', '--no-color', '--no-emoji']],
])('is right by %s', async (judge, options) => {
  await run(join(ROOT, 'node_modules/.bin', judge), [packed, ...options], { cwd: project }).catch(
    (error: unknown) => {
      throw new Error((error as { readonly stdout: string }).stdout);
    },
  );
});
