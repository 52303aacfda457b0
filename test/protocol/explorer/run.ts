/** Owns running one exploration over the core that ships, and printing its size. */
import { printed } from '../exploring/finding';
import { explore } from './explore';
import { realCore } from './realCore';
import { type Exploration } from './scenarios';

/** Scripts that lead to a broken promise: none, if all is well. */
export function explored({ scenario, options }: Exploration): string[] {
  return printed(scenario.name, explore({ scenario, core: realCore }, options));
}
