/** What porcupine makes of logs of runs (`chaos/porcupine`): of one that is right, and of ones with something wrong in them. Where Go is at hand. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../devServer/fixture';

const folder = mkdtempSync(join(tmpdir(), 'dtc-porcupine-'));
const program = join(folder, 'porcupine');
const built = spawnSync('go', ['build', '-o', program, '.'], {
  cwd: join(ROOT, 'chaos/porcupine'),
  encoding: 'utf8',
});
if (built.status !== 0)
  console.warn(`skipped: go build is not possible here: ${built.error?.message ?? built.stderr}`);
const itWithGo = built.status === 0 ? it : it.skip;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Line = Readonly<Record<string, unknown>>;

const read = (askedAt: number, at: number, status: string, ended = false): Line => ({
  ...{ kind: 'read', id: 't1', api: 'api-1', http: 200 },
  ...{ askedAt, at, seen: { status, state: status, decision: null, ended } },
});
const order: Line = { kind: 'order', order: 'o1', key: 'k1', at: 1 };
const start = (id: string, askedAt: number, http = 201): Line => ({
  ...{ kind: 'start', order: 'o1', api: 'api-2', id, http, askedAt, at: askedAt + 5 },
  ...(http === 201 ? { seen: { status: 'pending', state: 'preparing', decision: null, ended: false } } : {}),
});
const right: readonly Line[] = [
  order,
  start('t1', 2),
  read(10, 20, 'pending'),
  read(15, 40, 'committed'), // both are under way at once
  read(18, 45, 'pending'),
  read(50, 60, 'committed', true),
  start('t1', 3, 503),
];

function judged(lines: readonly Line[]): { readonly code: number | null; readonly said: string } {
  const log = join(folder, 'chaos.jsonl');
  writeFileSync(log, lines.map(each => `${JSON.stringify(each)}\n`).join(''));
  const { status, stdout, stderr } = spawnSync(program, [log], { encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

itWithGo('finds nothing where nothing is wrong', () => {
  expect(judged(right)).toEqual({
    code: 0,
    said: '1 histories of a transaction, 5 operations: 0 not linearizable\n1 histories of a key, 2 operations: 0 not linearizable\n',
  });
});

const wrong: Readonly<Record<string, readonly Line[]>> = {
  'an older state, asked for after a newer one was answered': [read(41, 49, 'pending')],
  'another outcome': [read(41, 80, 'rolledback')],
  'one that goes on after its end': [read(70, 80, 'committed')],
  'a second transaction of one key': [start('t2', 70)],
};

itWithGo.each(Object.entries(wrong))('finds %s', (_, more) => {
  expect(judged([...right, ...more])).toMatchObject({
    code: 1,
    said: expect.stringContaining(': 1 not linearizable') as unknown,
  });
});

itWithGo('judges nothing where there is nothing to judge, or where it cannot be read', () => {
  expect(judged([order]).code).toBe(2);
  writeFileSync(join(folder, 'half'), '{"kind":');
  const half = spawnSync(program, [join(folder, 'half')], { encoding: 'utf8' });
  expect(half).toMatchObject({ status: 2, stderr: expect.stringContaining('half:1:') as unknown });
});
