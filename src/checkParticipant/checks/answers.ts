/** Owns the checks of the plain course: a vote, then commit or rollback, and each of these once more. */
import { readVote } from '../../protocol/wire/answers';
import { isJson } from '../../protocol/wire/json';
import { type Bench } from '../bench';
import { type Asked } from '../asker';
import { type Check } from '../check';
import { demand } from '../transaction';

const committing: Pick<Check, 'transactions' | 'commits'> = { transactions: 1, commits: 1 };
const rollingBack: Pick<Check, 'transactions' | 'commits'> = { transactions: 1, commits: 0 };

export const answerChecks: readonly Check[] = [
  {
    name: 'prepare-votes-yes',
    does: 'Sends prepare and expects a yes: 200, with no other "vote" in its body.',
    why: 'Only a whole 200 is a yes (I8): without one there is never anything to commit.',
    ...rollingBack,
    run: async bench => {
      const vote = await bench.open().prepare();
      const hint = bench.given.payload === undefined ? ' (does it need a --payload?)' : '';
      demand(vote, readVote(vote.reply).is === 'yes', `yes: 200, with no other "vote" in its body${hint}`);
      noteUnreadable(bench, vote);
    },
  },
  {
    name: 'commit-after-prepare',
    does: 'Commits what was prepared and expects 200.',
    why: 'A yes is a promise that a commit will succeed: the others commit relying on it (I1).',
    ...committing,
    run: async bench => {
      await (await bench.prepared()).commits();
    },
  },
  {
    name: 'commit-repeated',
    does: 'Commits twice and expects 200 both times.',
    why: 'It remembers a commit and answers its repeats 200: an answer may be lost, and the coordinator then asks until it has one.',
    ...committing,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.commits();
      await transaction.commits();
    },
  },
  {
    name: 'rollback-after-prepare',
    does: 'Rolls back what was prepared and expects 200; its commit is then refused.',
    why: 'When another participant says no, whatever this one holds must be let go (I3).',
    ...rollingBack,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.rollsBack();
      await transaction.refusesCommit();
    },
  },
  {
    name: 'rollback-repeated',
    does: 'Rolls back twice and expects 200 both times (404 the second time, where it has forgotten).',
    why: 'Rollback is sent until it is acknowledged, and once more to whom a prepare may still reach (I4).',
    ...rollingBack,
    run: async bench => {
      const transaction = await bench.prepared();
      await transaction.rollsBack();
      await transaction.rollsBack();
    },
  },
];

/** A 200 is a yes whatever its body says in a language that is not JSON; whoever meant a no by it is not heard. */
function noteUnreadable(bench: Bench, { reply }: Asked): void {
  if (reply.kind !== 'answer' || reply.body === undefined || isJson(reply.body)) return;
  bench.note(
    'the body of its yes is not JSON, nor called so: nobody reads it, and a "no" in it would be a yes (409 is a no)',
  );
}
