/** Owns what a broken variant is: a copy of the core that is wrong in one place, and what must catch it. */
import { type PromiseName } from './checks';
import { type Patch } from '../patched';
import { type Exploration } from './scenarios';

export interface Variant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** The promises that name what is broken; others may be broken on the way. */
  readonly caughtBy: readonly PromiseName[];
  readonly exploration: Exploration;
}
