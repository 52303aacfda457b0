/** Owns what a broken variant of the transaction is explored with. */
import type * as exploring from '../exploring/variant';
import { type PromiseName } from './checks';
import { type Exploration } from './scenarios';

export interface Variant extends exploring.Variant<PromiseName> {
  readonly exploration: Exploration;
}
