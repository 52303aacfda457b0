/** Owns the property of a run, and how a run that breaks it is shown: the script of the transaction, and what was seen. */
import fc, { type RunDetails } from 'fast-check';
import { type Scene, type Seen, play } from './play';
import { type RunScript, runs } from './script';
import { violations } from './verdict';

export interface Plan {
  readonly runs: number;
  /** At once, in one run. */
  readonly transactions: number;
  /** Looking for a smaller counterexample ends by then. */
  readonly withinMs: number;
}

/** Every run prints its seed; PROPERTY_SEED=<seed> plays the same scripts again. */
function newSeed(): number {
  const wanted = Number(process.env['PROPERTY_SEED'] ?? NaN);
  const seed = Number.isInteger(wanted) ? wanted : Date.now() % 2 ** 31;
  process.stdout.write(`property: PROPERTY_SEED=${seed}\n`);
  return seed;
}

export interface Explored {
  readonly details: RunDetails<[RunScript]>;
  /** How the transactions ended, those of shrinking included. */
  readonly ended: Readonly<Record<string, number>>;
}

export async function explore(scene: Scene, plan: Plan): Promise<Explored> {
  const ended: Record<string, number> = {};
  const property = fc.asyncProperty(runs(plan.transactions), async run => {
    const seen = await play(scene, run);
    for (const each of seen) ended[endOf(each)] = (ended[endOf(each)] ?? 0) + 1;
    const broken = seen.flatMap(each => violations(each).map(what => shown(each, what)));
    if (broken.length > 0) throw new Error(broken.join('\n'));
  });
  const details = await fc.check(property, {
    numRuns: plan.runs,
    seed: newSeed(),
    interruptAfterTimeLimit: plan.withinMs,
    markInterruptAsFailure: false,
  });
  process.stdout.write(`property: ${JSON.stringify(ended)}\n`);
  return { details, ended };
}

function endOf({ documents }: Seen): string {
  const last = documents.at(-1);
  return [last?.status, last?.reason?.code, last?.heuristic].filter(each => each !== undefined).join(', ');
}

function shown({ script, documents }: Seen, what: string): string {
  return `${what}\n  script: ${JSON.stringify(script)}\n  at last: ${JSON.stringify(documents.at(-1))}`;
}

/** Fails the test with a counterexample that reads as a script. */
export function expectHolds({ details }: Explored): void {
  if (details.failed) throw new Error(fc.defaultReportMessage(details));
}
