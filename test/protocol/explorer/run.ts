/** Owns running one exploration over the core that ships, and printing its size. */
import { explore, script } from './explore';
import { realCore } from './realCore';
import { type Exploration } from './scenarios';

/** Scripts that lead to a broken promise: none, if all is well. */
export function explored({ scenario, options }: Exploration): string[] {
  const { states, transitions, findings } = explore({ scenario, core: realCore }, options);
  process.stdout.write(`${scenario.name}: ${String(states)} states, ${String(transitions)} transitions\n`);
  return findings.map(script);
}
