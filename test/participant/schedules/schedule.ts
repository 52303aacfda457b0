/**
 * Owns what a schedule is: rounds of calls that are sent at about the same time, and what befalls the service meanwhile.
 * Plain data that reads as a script, since a counterexample is printed for a person.
 */
import fc from 'fast-check';
import { opening } from '../support/rig';

export interface ScheduledCall {
  readonly does: 'prepare' | 'commit' | 'rollback' | 'settle committed' | 'settle rolledback';
  /** Of a handful of transactions, by position. */
  readonly transaction: number;
  /** Of prepare: the payload. More than there is gets a no. */
  readonly amount: number;
  /** Of prepare: `decideBy` is over. */
  readonly late: boolean;
  /** Since the round began. */
  readonly afterMs: number;
}

/** `restart`: closed and opened anew. `cut`: connections to the database ended by an administrator. `kill`: SIGKILL. */
export type Disturbance = 'restart' | 'cut' | 'kill';

export interface Round {
  readonly calls: readonly ScheduledCall[];
  readonly disturbed?: { readonly by: Disturbance; readonly afterMs: number };
}

export const transactions = 3;

const call: fc.Arbitrary<ScheduledCall> = fc.record({
  does: fc.oneof(
    { arbitrary: fc.constant('prepare' as const), weight: 5 },
    { arbitrary: fc.constant('commit' as const), weight: 4 },
    { arbitrary: fc.constant('rollback' as const), weight: 2 },
    { arbitrary: fc.constantFrom('settle committed' as const, 'settle rolledback' as const), weight: 1 },
  ),
  transaction: fc.nat({ max: transactions - 1 }),
  amount: fc.oneof(
    { arbitrary: fc.constant(1), weight: 8 },
    { arbitrary: fc.constantFrom(2, 101), weight: 1 },
  ),
  late: fc.integer({ min: 0, max: 9 }).map(n => n === 9),
  afterMs: fc.nat({ max: 6 }),
});

export function schedules(disturbances: readonly Disturbance[]): fc.Arbitrary<readonly Round[]> {
  const disturbed = fc.record({ by: fc.constantFrom(...disturbances), afterMs: fc.nat({ max: 12 }) });
  const round = fc
    .tuple(fc.array(call, { minLength: 1, maxLength: 5 }), fc.option(disturbed, { freq: 2, nil: undefined }))
    .map(([all, by]): Round => {
      const calls = withRoom(all);
      return by === undefined ? { calls } : { calls, disturbed: by };
    });
  return fc.array(round, { minLength: 1, maxLength: 7 });
}

/** Who asks for too much holds every coin for a moment, and others in that moment rightly get a no: so none are there. */
function withRoom(calls: readonly ScheduledCall[]): readonly ScheduledCall[] {
  const greedy = calls.find(each => each.amount > opening);
  return greedy === undefined ? calls : calls.filter(each => each.transaction === greedy.transaction);
}

export function callText({ does, transaction, amount, late, afterMs }: ScheduledCall): string {
  const asked = does === 'prepare' ? ` ${amount}${late ? ', after decideBy' : ''}` : '';
  return `${afterMs} ms: ${does} t${transaction}${asked}`;
}
