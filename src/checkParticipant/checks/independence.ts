/** Owns the checks that one transaction does not stand for another, and that a request may carry more than was expected. */
import { readVote } from '../../protocol/wire/answers';
import { type Bench } from '../bench';
import { StaysUnavailable } from '../asker';
import { type Check } from '../check';
import { type Transaction, type Twist } from '../transaction';

export const independenceChecks: readonly Check[] = [
  {
    name: 'participants-of-one-transaction-independent',
    does: 'Prepares one transaction under two participant names, rolls one back and commits the other.',
    why: 'One service may take part twice in a transaction: transaction and participant together name what it holds.',
    transactions: 1,
    commits: 1,
    run: async bench => {
      const first = await bench.prepared();
      const participant = `${first.particulars.participant.slice(0, 62)}-2`;
      const second = bench.open({ ...first.particulars, participant });
      await noteUnlessYes(bench, second);
      await second.rollsBack();
      await first.commits();
      await second.refusesCommit();
    },
  },
  {
    name: 'transactions-independent',
    does: 'Prepares two transactions at once, commits one and rolls back the other (one may be refused: they may want the same).',
    why: 'The end of one transaction is nothing to another: a participant that mixes them up undoes what was decided.',
    transactions: 2,
    commits: 1,
    run: async bench => {
      const [a, b] = [bench.open(), bench.open()];
      const votes = await Promise.all([noteUnlessYes(bench, a), noteUnlessYes(bench, b)]);
      const [one, other] = votes[0] === 'yes' ? [a, b] : [b, a];
      if (!votes.includes('yes')) await one.votes('yes'); // both stood in each other's way
      await one.commits();
      await other.rollsBack();
      await one.commits();
      await other.refusesCommit();
    },
  },
  {
    name: 'unknown-fields-tolerated',
    does: 'Sends prepare and commit with a field in the body that PROTOCOL §2 does not have, and expects yes and 200.',
    why: 'Later coordinators will say more: a participant that refuses it turns an upgrade into an outage.',
    transactions: 1,
    commits: 1,
    run: bench =>
      goesThrough(bench, {
        body: right => JSON.stringify({ ...(JSON.parse(right) as object), extension: { since: 1 } }),
      }),
  },
  {
    name: 'headers-accepted',
    does: 'Sends prepare and commit with all headers of a coordinator, tracing included, and expects yes and 200.',
    why: 'Transaction-Id, Idempotency-Key and traceparent come with real requests; what stands in the way of them stops all.',
    transactions: 1,
    commits: 1,
    run: bench =>
      goesThrough(bench, {
        headers: {
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          tracestate: 'coordinator=check',
        },
      }),
  },
];

async function goesThrough(bench: Bench, twist: Twist): Promise<void> {
  const transaction = bench.open();
  await transaction.votes('yes', twist);
  await transaction.commits(twist);
}

type Said = 'yes' | 'no' | 'unavailable';

/** A second one may find what it wants held by the first: then it is refused, now or for a while (PROTOCOL §2: 409, 503). */
export async function noteUnlessYes(bench: Bench, transaction: Transaction): Promise<Said> {
  const said = await vote(transaction);
  if (said !== 'yes') bench.note(`it took one at a time: the other was answered ${said}`);
  return said;
}

async function vote(transaction: Transaction): Promise<Said> {
  try {
    return readVote((await transaction.prepare()).reply).is;
  } catch (error) {
    if (error instanceof StaysUnavailable) return 'unavailable';
    throw error;
  }
}
