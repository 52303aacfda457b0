/**
 * The package as whoever installs it has it: the packed file in an empty project, the program of README.md as an ES module and as
 * CommonJS, judged by the compiler and run against a coordinator. What is installed comes from npm's registry.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
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
  project = emptyProject();
  const made = await run(process.execPath, [join(ROOT, 'scripts/package/main.mjs'), project], { cwd: ROOT });
  packed = join(project, made.stdout.trim());
  const wanted = ['typescript', '@types/node', '@types/express', 'express', 'libsql'];
  await install(project, packed, ...wanted.map(atPinned));
  coordinator = await startProcess(settings(await newPlace()));
});
afterAll(endProcesses);

function emptyProject(): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
  return folder;
}

async function install(folder: string, ...what: readonly string[]): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  const installed = (): Promise<unknown> => run('npm', ['install', ...quiet, ...what], { cwd: folder });
  try {
    await installed();
  } catch {
    await installed(); // a registry may be out of reach for a moment
  }
}

/** The versions that are used here, so that another one's fault is no fault of the package. */
function atPinned(name: string): string {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>;
  return `${name}@${dependencies[name] ?? devDependencies[name] ?? 'latest'}`;
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

describe('installed alone', () => {
  let alone: string;
  beforeAll(async () => {
    alone = emptyProject();
    await install(alone, packed);
  });

  /** What a program prints; of one that throws, the message. */
  async function said(code: string): Promise<string> {
    const program = `try { ${code} } catch (error) { console.log(error.message) }`;
    return (await run(process.execPath, ['-e', program], { cwd: alone })).stdout.trim();
  }

  it('brings neither Temporal nor Express nor a driver, and not much else', () => {
    const packages = readdirSync(join(alone, 'node_modules'));
    const { length } = packages.filter(name => !name.startsWith('.'));
    expect(packages).not.toEqual(expect.arrayContaining(['@temporalio']));
    expect(packages.filter(name => ['express', 'libsql', 'pg', 'mysql2'].includes(name))).toEqual([]);
    expect(length).toBeLessThanOrEqual(25);
  });

  it('has the client and the kit, each loaded with nothing but what came with it', async () => {
    const kit = "require('distributed-transaction-coordinator/participant').createParticipant";
    const client = "require('distributed-transaction-coordinator/client').createClient";
    expect(await said(`console.log(typeof ${kit}, typeof ${client})`)).toBe('function function');
  });

  it.each([
    ['sqliteStore', ':memory:', 'npm install libsql'],
    ['participantRouter', '', 'npm install express'],
  ])('says what %s needs', async (name, argument, command) => {
    const kit = "require('distributed-transaction-coordinator/participant')";
    expect(await said(`${kit}.${name}('${argument}')`)).toContain(command);
  });

  it('says what a coordinator inside a service needs, and has it then', async () => {
    const make = `
      const { createCoordinator } = require('distributed-transaction-coordinator/embed');
      createCoordinator({ log: console, settings: { TEMPORAL_ADDRESS: '127.0.0.1:9' } });
      console.log('made');`;
    const [, missing = ''] = /: npm install (.*)$/.exec(await said(make)) ?? [];
    await install(alone, ...missing.split(' ').map(atPinned));
    expect(await said(make)).toBe('made');
  });
});
