/** Owns running one exploration over the core that ships, and printing its size. */
import { realLock } from './core';
import { explore, script } from './explore';
import { type Scenario } from './world';

/** Scripts that lead to a broken promise: none, if all is well. */
export function explored(scenario: Scenario): string[] {
  const { states, transitions, findings } = explore({ scenario, core: realLock });
  process.stdout.write(`${scenario.name}: ${String(states)} states, ${String(transitions)} transitions\n`);
  return findings.map(script);
}
