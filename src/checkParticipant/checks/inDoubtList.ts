/** Owns the checks of the list that the orphan sweep and operators read. */
import { type Check } from '../check';
import { noteUnlessYes } from './independence';

export const listChecks: readonly Check[] = [
  {
    name: 'prepared-list-shows-what-is-prepared',
    does: 'Reads the list while one transaction is prepared, and again after its end, once by commit and once by rollback.',
    why: 'The sweep finds what a lost coordinator left by this list: what is missing there stays in doubt, what stands there too long is taken for an orphan.',
    transactions: 2,
    commits: 1,
    needs: 'preparedList',
    run: async bench => {
      for (const end of ['commits', 'rollsBack'] as const) {
        const transaction = await bench.prepared();
        await bench.expectListed(transaction, true);
        await transaction[end]();
        await bench.expectListed(transaction, false);
      }
    },
  },
  {
    name: 'prepared-list-pages',
    does: 'Reads the list one entry a page, while two transactions are prepared, and expects to meet both.',
    why: 'A list that loses entries between pages hides what is in doubt, for as long as there is much of it.',
    transactions: 2,
    commits: 0,
    needs: 'preparedList',
    run: async bench => {
      const first = await bench.prepared();
      const second = bench.open();
      const said = await noteUnlessYes(bench, second);
      await bench.expectListed(first, true, 1);
      if (said === 'yes') await bench.expectListed(second, true, 1);
    },
  },
];
