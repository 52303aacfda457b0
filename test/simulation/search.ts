/** Owns playing one seed after the other, up to the first that breaks a promise. */
import { type Code } from './code';
import { type Simulated, simulate } from './simulate';
import { shrunk } from './shrink';

export interface Played {
  readonly runs: number;
  /** How the transactions ended, and how often. */
  readonly ended: Readonly<Record<string, number>>;
  /** Decisions that did not go as usual. */
  readonly trouble: number;
  /** The first that breaks a promise, made smaller. */
  readonly found?: Simulated;
}

export async function play(
  code: Code,
  { seed: first, runs }: { readonly seed: number; readonly runs: number },
): Promise<Played> {
  const ended: Record<string, number> = {};
  let trouble = 0;
  for (let nth = 0; nth < runs; nth += 1) {
    const done = await simulate(code, first + nth);
    ended[done.status] = (ended[done.status] ?? 0) + 1;
    trouble += done.trouble.size;
    if (done.broken !== undefined) return { runs: nth + 1, ended, trouble, found: await shrunk(code, done) };
  }
  return { runs, ended, trouble };
}
