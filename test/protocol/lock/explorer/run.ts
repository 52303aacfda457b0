/** Owns running one exploration over the core that ships, and printing its size. */
import { printed } from '../../exploring/finding';
import { realLock } from './core';
import { explore } from './explore';
import { type Scenario } from './world';

/** Scripts that lead to a broken promise: none, if all is well. */
export function explored(scenario: Scenario): string[] {
  return printed(scenario.name, explore({ scenario, core: realLock }));
}
