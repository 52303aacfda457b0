/** Owns exploring the property with random scripts: what breaks it is shrunk to a script that a person can read. */
import fc from 'fast-check';
import { type Scene, type Seen, play } from './play';
import { runs } from './script';
import { type Smallest, shrink } from './shrink';
import { violations } from './verdict';

export interface Plan {
  readonly runs: number;
  /** At once, in one run. */
  readonly transactions: number;
}

/** Every run prints its seed; PROPERTY_SEED=<seed> plays the same scripts again. */
function newSeed(): number {
  const wanted = Number(process.env['PROPERTY_SEED'] ?? NaN);
  const seed = Number.isInteger(wanted) ? wanted : Date.now() % 2 ** 31;
  process.stdout.write(`property: PROPERTY_SEED=${seed}\n`);
  return seed;
}

/** Undefined where the property holds. */
export async function explore(scene: Scene, plan: Plan): Promise<Smallest | undefined> {
  const ended: Record<string, number> = {};
  let found: Smallest | undefined;
  const property = fc.asyncProperty(runs(plan.transactions), async run => {
    const seen = await play(scene, run);
    for (const each of seen) ended[endOf(each)] = (ended[endOf(each)] ?? 0) + 1;
    const verdicts = seen.map(each => ({ script: each.script, broken: violations(each) }));
    found = verdicts.find(each => each.broken.length > 0);
    return found === undefined;
  });
  const details = await fc.check(property, {
    numRuns: plan.runs,
    seed: newSeed(),
    endOnFailure: true,
  });
  process.stdout.write(`property: ${JSON.stringify(ended)}\n`);
  if (details.failed && found === undefined) throw details.errorInstance;
  return found === undefined ? undefined : shrink(scene, found);
}

/** Kinds of ends, to be counted: a run that only ever sees one kind says little. */
function endOf({ documents }: Seen): string {
  const last = documents.at(-1);
  return [last?.status, last?.reason?.code, last?.heuristic].filter(each => each !== undefined).join(', ');
}
