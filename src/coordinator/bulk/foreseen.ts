/**
 * Owns what settling its participants would make of a transaction's outcome, by a look at it alone: no workflow is asked. The rule is the
 * core's (`outcome.ts`). What was heuristic before is told as it was written down last, so there may be more of that, and never less.
 */
import { type BulkReport } from '../../protocol/client/many';
import { type Heuristic, heuristicOfForced, worstOf } from '../../protocol/transaction/outcome';
import { type ForcedOutcome } from '../../protocol/transaction/state';
import { type Waits } from './waits';

/** `undecided`: while commit is provisional, it depends on what the others come to. */
export type Foreseen = Heuristic | 'undecided';

export function heuristicAfter(
  { document, decision }: Pick<Waits, 'document' | 'decision'>,
  outcome: ForcedOutcome,
): Foreseen | undefined {
  const known = worstOf([document.heuristic, heuristicOfForced(decision, outcome)]);
  return known ?? (decision === undefined ? 'undecided' : undefined);
}

/** Undefined where there is nothing to tell. */
export function counted(foreseen: readonly Foreseen[]): BulkReport['heuristic'] {
  if (foreseen.length === 0) return undefined;
  const many = (which: Foreseen): number => foreseen.filter(each => each === which).length;
  const undecided = many('undecided');
  const known = { mixed: many('mixed'), hazard: many('hazard') };
  return undecided === 0 ? known : { ...known, undecided };
}
