/** Owns the checks of requests that come too late, too early, or against what was decided. */
import { type Check } from '../check';
import { type Asked } from '../asker';
import { type Bench } from '../bench';
import { statusOf } from '../transaction';
import { overdue, refusesLatePrepare } from './late';

export const disorderChecks: readonly Check[] = [
  {
    name: 'prepare-after-decide-by-refused',
    does: 'Sends a prepare whose decideBy passed an hour ago, expects no, and that there is nothing to commit.',
    why: 'A prepare that the network held back until after the end would hold something that nobody will ever end (I4).',
    transactions: 1,
    commits: 0,
    run: async bench => {
      const transaction = overdue(bench);
      await transaction.votes('no');
      await transaction.refusesCommit();
    },
  },
  {
    name: 'rollback-before-prepare',
    does: 'Rolls back what was never prepared; its prepare, which comes then, is refused (or else every prepare after decideBy).',
    why: 'It remembers rollbacks or refuses after decideBy: a rollback may overtake the prepare it belongs to (I4).',
    transactions: 2,
    commits: 0,
    run: async bench => {
      const transaction = bench.open();
      await transaction.rollsBack();
      await refusesLatePrepare(bench, transaction);
    },
  },
  {
    name: 'prepare-after-rollback',
    does: 'Repeats the prepare of what was prepared and rolled back: refused (or else every prepare after decideBy).',
    why: 'The same duty, for a copy of a prepare that was answered long ago.',
    transactions: 2,
    commits: 0,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.rollsBack();
      await refusesLatePrepare(bench, transaction);
    },
  },
  {
    name: 'commit-without-prepare-refused',
    does: 'Commits what was never prepared and expects a refusal.',
    why: 'A commit without a yes is a fault of somebody: answered 200, it would pass for done, and nothing was (I1).',
    transactions: 1,
    commits: 0,
    run: async bench => {
      await bench.open().refusesCommit();
    },
  },
  {
    name: 'commit-after-rollback-refused',
    does: 'Commits what was rolled back, expects a refusal, and that the rollback still stands.',
    why: 'A decision never changes (I2): answered 200, one participant has committed what the others have not.',
    transactions: 1,
    commits: 0,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.rollsBack();
      await transaction.refusesCommit();
      await transaction.rollsBack();
    },
  },
  {
    name: 'rollback-after-commit-refused',
    does: 'Rolls back what was committed, expects 409, and that the commit still stands.',
    why: 'What is committed stays so (I2), and with onCommitFailure "rollback" the 409 is how the coordinator learns of it.',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.commits();
      noteOther(bench, await transaction.refusesRollback());
      await transaction.commits();
    },
  },
  {
    name: 'prepare-after-commit-changes-nothing',
    does: 'Repeats the prepare of what was committed (any answer), and expects that it is committed, not prepared again.',
    why: 'A copy of a prepare may come at any time (I7): taken anew, it would hold a second time what nobody will end.',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.commits();
      await transaction.prepare();
      await bench.expectListed(transaction, false);
      await transaction.refusesRollback();
      await transaction.commits();
    },
  },
];

function noteOther(bench: Bench, asked: Asked): void {
  const status = statusOf(asked);
  if (status !== 409)
    bench.note(
      `it refuses with ${String(status)}: only 409 tells the coordinator that the commit took place`,
    );
}
