/** The command line of `npm run chaos`, and of `npm run simulate`: what each option takes, and that what is wrong is said in one line, without a stack. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindNames } from '../../chaos/nemesis/kindNames';
import { readOptions, usage } from '../../chaos/options';
import { plants } from '../../chaos/plants/plants';
import { UsageError } from '../../src/command/output';
import { main as simulate } from '../simulation/main';

const place = mkdtempSync(join(tmpdir(), 'dtc-chaos-options-'));
afterAll(() => {
  rmSync(place, { recursive: true });
});

function refusal(...args: string[]): string {
  try {
    readOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'taken';
}

it('takes none, and says how the run is repeated', () => {
  expect(readOptions([])).toMatchObject({ minutes: 3, clients: 8, everyMs: 1_000, kinds: kindNames });
  const { seed, command } = readOptions(['--minutes', '2', '--only', 'disk full']) ?? {};
  expect(command).toBe(`npm run chaos -- --minutes 2 --only 'disk full' --seed ${seed}`);
  expect(readOptions(['--seed', '7'])?.command).toBe('npm run chaos -- --seed 7');
});

it('takes each option, also with =', () => {
  const numbers = ['--minutes', '0.3', '--seed=25', '--clients', '2', '--every', '500', '--settle', '20'];
  expect(
    readOptions([...numbers, '--out', place, '--cluster', '[::1]:7233', '--plant', 'eventLost']),
  ).toMatchObject({
    ...{ minutes: 0.3, seed: 25, clients: 2, everyMs: 500, settleWithinMs: 20_000, out: place },
    cluster: { host: '[::1]', port: 7233, namespace: 'default' },
    plant: 'eventLost',
  });
});

it('prints each option with its default when it is asked for help, whatever else is given', () => {
  expect(readOptions(['--minutes', '-1', '--help'])).toBeUndefined();
  expect(readOptions(['-h'])).toBeUndefined();
  for (const option of Object.keys({
    ...{ minutes: 3, seed: 1, clients: 8, every: 1_000, only: '', without: '', settle: 90, out: '' },
    ...{ cluster: '', namespace: '', plant: '' },
  }))
    expect(usage).toMatch(new RegExp(`^  --${option} .*default`, 'm'));
  for (const name of [...kindNames, ...Object.keys(plants)]) expect(usage).toContain(name);
  for (const line of usage.split('\n')) expect(line.length).toBeLessThanOrEqual(121);
});

it.each([
  [['--minute', '3'], 'there is no option --minute'],
  [['-m', '3'], 'there is no option -m'],
  [['3'], '"3" belongs to no option'],
  [['--minutes'], '--minutes needs a value'],
  [['--only='], '--only needs a value'],
  [['--minutes', '0'], '--minutes takes a number of minutes from 0.1 to 1440, not "0"'],
  [['--minutes', '-3'], 'not "-3"'],
  [['--minutes', '3m'], 'not "3m"'],
  [['--minutes', 'NaN'], 'not "NaN"'],
  [['--seed', '1.5'], '--seed takes a whole number from 0 to 4294967295, not "1.5"'],
  [['--seed', '4294967296'], '--seed takes a whole number'],
  [['--clients', '0'], '--clients takes a whole number of clients from 1 to 100, not "0"'],
  [['--every', '10'], '--every takes a whole number of milliseconds from 50'],
  [['--settle', '0'], '--settle takes a number of seconds from 1'],
  [
    ['--minutes', '0.1', '--every', '6000'],
    '--every 6000 leaves no time for a fault: --minutes 0.1 is 6000 ms',
  ],
  [['--cluster', 'temporal'], '--cluster takes host:port, as 127.0.0.1:7233, not "temporal"'],
  [['--namespace', 'mine'], 'say which with --cluster'],
  [['--plant', 'toString'], '--plant takes one of commitBeforeLastVote, '],
  [['--plant', 'nothing'], 'not "nothing"'],
])('refuses %j', (args, message) => {
  expect(refusal(...args)).toContain(message);
  expect(refusal(...args)).not.toContain('\n');
});

it('takes kinds, or leaves them out, by the beginnings of their names', () => {
  const kinds = (...args: string[]): readonly string[] | undefined => readOptions(args)?.kinds;
  expect(kinds('--only', 'kill api', '--only', 'disk')).toEqual(['kill api', 'disk full']);
  expect(kinds('--only', 'restart')).toHaveLength(3);
  expect(kinds('--without', 'restart', '--without', 'roll workers')).toEqual(
    kindNames.filter(kind => !/^(?:restart|roll)/.test(kind)),
  );
  expect(kinds('--only', 'restart', '--without', 'restart m')).toEqual([
    'restart everything',
    'restart coordinator',
  ]);
  expect(refusal('--only', 'kill', '--without', 'kill')).toBe('--without leaves no kind of fault');
});

it.each(['--only', '--without'])('names all kinds where %s names none', option => {
  expect(refusal(option, 'kill', option, 'burn')).toBe(
    `${option} takes the beginning of a kind, and none begins with "burn": ${kindNames.join(', ')}`,
  );
});

it('takes a folder for what it leaves only where nothing else is in it', () => {
  const folder = join(place, 'earlier');
  expect(refusal('--out', folder)).toBe('taken');
  mkdirSync(folder);
  expect(refusal('--out', folder)).toBe('taken');
  writeFileSync(join(folder, 'mine'), '');
  expect(refusal('--out', folder)).toContain(
    '--out takes a new folder, an empty one or that of an earlier run',
  );
  writeFileSync(join(folder, 'chaos.jsonl'), '');
  expect(refusal('--out', folder)).toBe('taken');
  expect(refusal('--out', join(folder, 'mine'))).toContain('--out takes a folder');
});

it.each(Object.entries(plants))('shows a planted bug under kinds that there are: %s', (_, { under }) => {
  expect(refusal(...under.flatMap(each => ['--only', each]))).toBe('taken');
});

describe('simulate', () => {
  const said: string[] = [];
  const note = (text: unknown): true => (said.push(String(text)), true);
  beforeEach(() => {
    said.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation(note);
    jest.spyOn(process.stderr, 'write').mockImplementation(note);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('plays as many runs as it is asked for, in several threads', async () => {
    expect(await simulate(['--seed', '1', '--runs', '1100', '--jobs', '2'])).toBe(0);
    expect(said.join('')).toMatch(
      /1100 runs from seed 1: \d+ committed, \d+ rolledback; .*no promise was broken\n$/s,
    );
  });

  it('prints its usage', async () => {
    expect(await simulate(['--help'])).toBe(0);
    expect(said.join('')).toMatch(/^npm run simulate -- .*--runs <N> .*default 1000/s);
  });

  it.each([
    [['--run', '3'], 'simulate: there is no option --run\n\nnpm run simulate'],
    [
      ['--runs', '0'],
      'simulate: --runs takes a whole number of runs from 1 to 1000000000, not "0"\n\nnpm run',
    ],
    [['--seed', 'x'], 'simulate: --seed takes a whole number'],
    [['--jobs', '0'], 'simulate: --jobs takes a whole number of threads from 1 to 1024, not "0"'],
  ])('refuses %j', async (args, message) => {
    expect(await simulate(args)).toBe(2);
    expect(said.join('')).toContain(message);
  });
});
