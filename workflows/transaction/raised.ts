/**
 * Owns who has come to need attention just now: the call that goes on says so to its worker, once. That call is scheduled in the task
 * that raised attention, and Temporal gives each of its attempts to one worker once, so it is counted once: not again by a task that
 * is repeated, by a replay, by a later call of the same participant, or by a run that takes the transaction up.
 */
import { type Name, type Transaction } from '../../src/protocol/transaction/state';

export interface Raised {
  readonly note: (before: Transaction, after: Transaction) => void;
  /** True once, for the first call after attention was raised. */
  readonly take: (name: Name) => boolean;
}

export function raised(): Raised {
  const names = new Set<Name>();
  return {
    note: (before, after) => {
      after.participants.forEach((p, i) => {
        if (p.attention && before.participants[i]?.attention === false) names.add(p.target.name);
      });
    },
    take: name => names.delete(name),
  };
}
