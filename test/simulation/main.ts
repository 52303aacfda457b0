/** Owns the command `npm run simulate`: so many runs, from a seed on, up to the first broken promise. */
import { availableParallelism } from 'node:os';
import { UsageError, print, stop } from '../../src/command/output';
import { givenOf, readNumber } from '../../src/command/options';
import { storyOf } from './shrink';
import { playInThreads } from './threads';

const usage = `npm run simulate -- [options]

Plays transactions over a simulated engine in which everything goes wrong, up to the first broken promise, and says what
led to it. docs/RELIABILITY.md says what is played.

  --seed <S>   a whole number, of the first run; each after it has the next (default: a fresh one, which is printed)
  --runs <N>   so many runs (default 1000)
  --jobs <N>   so many threads, which play side by side (default: as many as there are cores)
  --help       prints this

Exit code 0: no promise was broken. 1: one was. 2: wrong usage.
`;

/** After so many runs it says how far it has come. */
const saidAfter = 10_000;

export async function main(argv: readonly string[]): Promise<number> {
  const asked = optionsOrNot(argv);
  if (typeof asked === 'number') return asked;
  const { seed, runs } = asked;
  const began = performance.now();
  process.stdout.write(`${String(runs)} runs, with seeds from ${String(seed)} on\n`);
  const total = { runs: 0, trouble: 0, ended: {} as Record<string, number> };
  let said = 0;
  const say = (): void => {
    said = total.runs;
    const speed = Math.round((total.runs * 1_000) / (performance.now() - began));
    const ends = Object.entries(total.ended)
      .sort()
      .map(([status, count]) => `${String(count)} ${status}`);
    process.stdout.write(
      `${String(total.runs)} runs from seed ${String(seed)}: ${ends.join(', ')}; ${String(total.trouble)} things went wrong; ${String(speed)} runs a second\n`,
    );
  };
  const found = await playInThreads(asked, played => {
    total.runs += played.runs;
    total.trouble += played.trouble;
    for (const [status, count] of Object.entries(played.ended))
      total.ended[status] = (total.ended[status] ?? 0) + count;
    if (total.runs >= said + saidAfter || total.runs === runs) say();
  });
  if (found !== undefined) {
    if (said < total.runs) say();
    process.stdout.write(`\n${storyOf(found)}\n`);
    return 1;
  }
  process.stdout.write('no promise was broken\n');
  return 0;
}

interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number;
}

/** Or the exit code, where that is said already. */
function optionsOrNot(argv: readonly string[]): Options | number {
  try {
    return optionsOf(argv) ?? print(usage);
  } catch (error) {
    if (error instanceof UsageError) return stop('simulate', `${error.message}\n\n${usage}`);
    throw error;
  }
}

/** Undefined where help is asked for. A fresh seed where none is given: it is printed. @throws UsageError */
function optionsOf(argv: readonly string[]): Options | undefined {
  const given = givenOf(argv, ['seed', 'runs', 'jobs']);
  if (given === undefined) return undefined;
  const [seed = String(Math.floor(Math.random() * 1e9))] = given.seed.slice(-1);
  const [runs = '1000'] = given.runs.slice(-1);
  const [jobs = String(availableParallelism())] = given.jobs.slice(-1);
  const isWhole = true;
  return {
    seed: readNumber('--seed', seed, { from: 0, to: 2 ** 32 - 1, isWhole }),
    runs: readNumber('--runs', runs, { of: 'runs', from: 1, to: 1e9, isWhole }),
    jobs: readNumber('--jobs', jobs, { of: 'threads', from: 1, to: 1_024, isWhole }),
  };
}
