/** Owns the checks over a restart of the participant: what it said before holds after. */
import { type Bench } from '../bench';
import { type Check } from '../check';
import { refusesLatePrepare } from './late';

export const restartChecks: readonly Check[] = [
  {
    name: 'prepared-survives-restart',
    does: 'Prepares, restarts the participant, and commits.',
    why: 'A yes is on disk before it is said: the others commit relying on it, whatever happens to this one (I1).',
    transactions: 1,
    commits: 1,
    needs: 'restart',
    run: async bench => {
      const transaction = await bench.prepared();
      await restart(bench);
      await transaction.commits();
    },
  },
  {
    name: 'commit-survives-restart',
    does: 'Commits, restarts the participant, and expects 200 to the repeat of the commit and a refusal of a rollback.',
    why: 'It remembers a commit: the coordinator asks again when the answer was lost, also after a restart.',
    transactions: 1,
    commits: 1,
    needs: 'restart',
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.commits();
      await restart(bench);
      await transaction.commits();
      await transaction.refusesRollback();
    },
  },
  {
    name: 'rollback-survives-restart',
    does: 'Rolls back what was never prepared, restarts the participant, and sends its prepare: refused (or else every prepare after decideBy).',
    why: 'It remembers rollbacks or refuses after decideBy, and a restart changes nothing about it (I4).',
    transactions: 2,
    commits: 0,
    needs: 'restart',
    run: async bench => {
      const transaction = bench.open();
      await transaction.rollsBack();
      await restart(bench);
      await refusesLatePrepare(bench, transaction);
    },
  },
];

async function restart({ given }: Bench): Promise<void> {
  await given.restart?.();
}
