/** Owns the command `npm run simulate`: so many runs, from a seed on, up to the first broken promise. */
import { parseArgs } from 'node:util';
import { loadCode } from './code';
import { play } from './search';
import { storyOf } from './shrink';

const usage = 'npm run simulate -- [--seed <number>] [--runs <number>]';
/** So often it says how far it has come. */
const share = 10_000;

export async function main(argv: readonly string[]): Promise<number> {
  const asked = optionsOf(argv);
  if (asked === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { seed, runs } = asked;
  const code = loadCode();
  const began = performance.now();
  const total = { runs: 0, trouble: 0, ended: {} as Record<string, number> };
  while (total.runs < runs) {
    const next = { seed: seed + total.runs, runs: Math.min(share, runs - total.runs) };
    const played = await play(code, next);
    total.runs += played.runs;
    total.trouble += played.trouble;
    for (const [status, count] of Object.entries(played.ended))
      total.ended[status] = (total.ended[status] ?? 0) + count;
    const speed = Math.round((total.runs * 1_000) / (performance.now() - began));
    const ends = Object.entries(total.ended).map(([status, count]) => `${String(count)} ${status}`);
    process.stdout.write(
      `seeds ${String(seed)} to ${String(seed + total.runs - 1)}: ${ends.join(', ')}; ${String(total.trouble)} things went wrong; ${String(speed)} runs a second\n`,
    );
    if (played.found !== undefined) {
      process.stdout.write(`\n${storyOf(played.found)}\n`);
      return 1;
    }
  }
  process.stdout.write('no promise was broken\n');
  return 0;
}

/** Undefined where they make no sense. A fresh seed where none is given: it is printed. */
function optionsOf(argv: readonly string[]): { readonly seed: number; readonly runs: number } | undefined {
  try {
    const options = { seed: { type: 'string' }, runs: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...argv], options });
    const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
    const runs = Number(values.runs ?? 1_000);
    return Number.isSafeInteger(seed) && Number.isSafeInteger(runs) && runs > 0 ? { seed, runs } : undefined;
  } catch {
    return undefined; // an option that nobody knows
  }
}
