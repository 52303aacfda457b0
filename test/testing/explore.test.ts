/** What is thrown where a participant is wrong: the smallest schedule that shows it, as a story, and the seed that plays it again. */
import { CounterExample, type MakeParticipant, explore } from '../../src/testing';

/** A second commit is nothing that it knows. */
const forgetsCommits: MakeParticipant = () => {
  const prepared = new Set<string>();
  return {
    handler: async request => {
      const { transactionId, phase } = (await request.json()) as { transactionId: string; phase: string };
      if (phase === 'prepare') prepared.add(transactionId);
      else if (!prepared.delete(transactionId) && phase === 'commit')
        return new Response(null, { status: 409 });
      return Response.json({});
    },
  };
};

async function found(options: { seed: number; runs: number }): Promise<CounterExample> {
  const error: unknown = await explore(forgetsCommits, { ...options, onCommitFailure: false }).catch(
    (thrown: unknown) => thrown,
  );
  if (error instanceof CounterExample) return error;
  throw new Error(`nothing was found: ${String(error)}`);
}

it('is made small: of several faults one is left, and the transactions that it takes', async () => {
  const { schedule, violation } = await found({ seed: 60, runs: 100 });
  expect(violation.rule).toBe('commit-repeat');
  expect(schedule.transactions).toHaveLength(1);
  expect(schedule.faults.map(({ phase }) => phase)).toEqual(['commit']);
});

it('tells what happened, and comes again with its seed', async () => {
  const first = await found({ seed: 60, runs: 100 });
  const { violation, message, schedule } = await found({ seed: first.seed, runs: 1 });
  expect([violation, schedule]).toEqual([first.violation, first.schedule]);
  expect(message).toContain('it acknowledged the same request');
  expect(message).toMatch(/The commit of transaction 1 to subject .*\./);
});
