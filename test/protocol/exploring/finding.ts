/** Owns what an exploration says: which promise is broken, by which steps, and how much was looked at. */

export interface Violation<Name extends string = string> {
  readonly promise: Name;
  readonly what: string;
}

export interface Finding<Name extends string = string> extends Violation<Name> {
  /** The steps that lead there, and for a broken liveness what goes round and round. */
  readonly trace: readonly string[];
}

export interface Report<Name extends string = string> {
  readonly states: number;
  readonly transitions: number;
  readonly findings: readonly Finding<Name>[];
}

export function unless<Name extends string>(holds: boolean, promise: Name, what: string): Violation<Name>[] {
  return holds ? [] : [{ promise, what }];
}

/** What an assertion of the core says; it may come from a patched copy, whose classes are its own. Throws what is none. */
export function refusal(error: unknown): Violation {
  if (typeof error !== 'object' || error === null || !('invariant' in error) || !('message' in error))
    throw error;
  return { promise: String(error.invariant), what: `the core refuses: ${String(error.message)}` };
}

/** A finding as a script of steps. */
export function script({ promise, what, trace }: Finding): string {
  const steps = trace.map((step, index) => `  ${String(index + 1).padStart(2)}. ${step}`);
  return [`${promise}: ${what}`, ...steps].join('\n');
}

/** Prints the size of an exploration. @returns scripts that lead to a broken promise: none, if all is well */
export function printed(name: string, { states, transitions, findings }: Report): string[] {
  process.stdout.write(`${name}: ${String(states)} states, ${String(transitions)} transitions\n`);
  return findings.map(script);
}
