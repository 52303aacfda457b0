/** Owns what a broken variant is: a copy of the core that is wrong in one place, what must catch it, and the proof that it is caught. */
import { type Finding, script } from './finding';
import { type Patch } from './patched';

export interface Variant<Name extends string> {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** The promises that name what is broken; others may be broken on the way. */
  readonly caughtBy: readonly Name[];
}

/** `EXPLORER_TRACES=1` prints the shortest script to each. */
export function expectCaught({ name }: { readonly name: string }, findings: readonly Finding[]): void {
  if (process.env['EXPLORER_TRACES'] === '1')
    process.stdout.write(`${[name, ...findings.map(script)].join('\n')}\n`);
  expect(findings).not.toEqual([]);
}
