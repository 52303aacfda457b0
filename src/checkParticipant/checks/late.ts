/**
 * Owns the one duty that can be kept in two ways (PROTOCOL §2): a participant remembers rollbacks, also one that came before its
 * prepare, or it refuses every prepare after `decideBy`. Either keeps a late prepare from holding something for ever.
 */
import { type Bench } from '../bench';
import { type Transaction, demand, isNo } from '../transaction';

/** An hour: no disagreement of clocks explains it. */
const longAgoMs = 60 * 60 * 1000;

/** One whose time to decide has passed. */
export function overdue(bench: Bench): Transaction {
  return bench.open({ decideBy: Date.now() - longAgoMs });
}

/** The prepare of a transaction that was rolled back comes (again). @throws CheckFailed where it keeps neither way. */
export async function refusesLatePrepare(bench: Bench, rolledBack: Transaction): Promise<void> {
  const vote = await rolledBack.prepare();
  if (isNo(vote)) {
    bench.note('it remembers the rollback');
    return;
  }
  await rolledBack.rollback();
  const refusesOverdue = isNo(await overdue(bench).prepare());
  demand(vote, refusesOverdue, 'no: 409, or else a no to every prepare after decideBy; it says yes to both');
  bench.note('it forgets the rollback, and refuses every prepare after decideBy instead');
}
