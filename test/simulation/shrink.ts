/** Owns making a run that breaks a promise smaller: what went wrong in it is taken back piece by piece, for as long as it breaks the same one. */
import { type Code } from './code';
import { type Simulated, simulate } from './simulate';

export async function shrunk(code: Code, found: Simulated): Promise<Simulated> {
  let usually: ReadonlySet<string> = new Set();
  let smallest = found;
  for (let size = Math.ceil(found.trouble.size / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.trouble.size;) {
      const without = new Set([...usually, ...[...smallest.trouble.keys()].slice(at, at + size)]);
      const again = await simulate(code, found.seed, { usually: without });
      const isSame = again.broken?.promise === found.broken?.promise;
      if (isSame && again.trouble.size < smallest.trouble.size) {
        usually = without;
        smallest = again;
      } else at += size;
    }
  }
  return simulate(code, found.seed, { usually, tellsStory: true });
}

/** What went wrong, and what came of it. */
export function storyOf({ seed, broken, trouble, story }: Simulated): string {
  const wrong = [...trouble].map(([name, what]) => `  ${name}: ${what}`);
  return [
    `${broken?.promise ?? 'nothing'}: ${broken?.what ?? 'no promise is broken'}`,
    '',
    'What does not go as usual:',
    ...(wrong.length === 0 ? ['  nothing'] : wrong),
    '',
    ...story,
    '',
    `Found with seed ${String(seed)}; played again by npm run simulate -- --seed ${String(seed)} --runs 1`,
  ].join('\n');
}
