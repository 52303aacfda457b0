/** Owns the checks of repeats: every request may come twice, also at once (I7). */
import { changed } from '../changedPayload';
import { type Check } from '../check';

const atOnce = 8;

export const repeatChecks: readonly Check[] = [
  {
    name: 'prepare-repeated',
    does: 'Sends the same prepare twice, expects yes both times, and commits.',
    why: 'A lost vote is asked for again (I7): another answer would turn a yes that holds something into a no.',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.votes('yes');
      await transaction.commits();
    },
  },
  {
    name: 'prepare-concurrent',
    does: `Sends the same prepare ${atOnce} times at once, expects yes every time, and commits once.`,
    why: 'A repeat may overtake the first (a lost worker, a retrying proxy): they are one prepare, with one vote (I7).',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const transaction = bench.open();
      await together(() => transaction.votes('yes'));
      await transaction.commits();
    },
  },
  {
    name: 'commit-concurrent',
    does: `Sends the same commit ${atOnce} times at once and expects 200 every time.`,
    why: 'Whoever asks is owed the outcome: a commit that is refused while another of it runs looks undone (PROTOCOL §2).',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const transaction = await bench.prepared();
      await together(() => transaction.commits());
    },
  },
  {
    name: 'rollback-concurrent',
    does: `Sends the same rollback ${atOnce} times at once and expects 200 every time; the commit is then refused.`,
    why: 'The same for rollback, which is repeated more often than any other request (I3, I4).',
    transactions: 1,
    commits: 0,
    run: async bench => {
      const transaction = await bench.prepared();
      await together(() => transaction.rollsBack());
      await transaction.refusesCommit();
    },
  },
  {
    name: 'prepare-other-payload-refused',
    does: 'Repeats a prepare with another payload and expects no (409); what was prepared first then commits.',
    why: 'A repeat is the same request (I7): a yes to two contents would leave open which of them commits.',
    transactions: 1,
    commits: 1,
    needs: 'payload',
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.votes('no', { payload: changed(bench.given.payload) });
      await transaction.commits();
    },
  },
  {
    name: 'refused-payload-votes-no',
    does: 'Sends prepare with the payload to refuse and expects no (409), and no again; the commit is then refused.',
    why: 'A no ends the transaction everywhere: it must hold, and leave nothing that could still be committed (I1).',
    transactions: 1,
    commits: 0,
    needs: 'refusedPayload',
    run: async bench => {
      const transaction = bench.open({ payload: bench.given.refusedPayload });
      await transaction.votes('no');
      await transaction.votes('no');
      await transaction.refusesCommit();
    },
  },
  {
    name: 'refused-payload-rollback',
    does: 'Rolls back what was refused and expects it to be done: 200 (a 4xx counts as done for whom it refused).',
    why: 'Whoever may have been sent prepare is sent rollback, until it acknowledges (I3).',
    transactions: 1,
    commits: 0,
    needs: 'refusedPayload',
    run: async bench => {
      const transaction = bench.open({ payload: bench.given.refusedPayload });
      await transaction.votes('no');
      await transaction.rollsBack();
    },
  },
];

/** All have ended before the first failure is reported, so that none is under way when the check settles. */
async function together(send: () => Promise<unknown>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, send));
  const failed = ended.find(each => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
