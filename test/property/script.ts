/**
 * Owns what a property run plays: transactions with misbehaving participants and meddling operators, and the worker's
 * restarts. Everything is plain data that reads as a sentence, since a counterexample is printed for a person.
 */
import fc from 'fast-check';
import { type Limits } from '../../src/config/config';
import { type Phase } from '../../src/protocol/wire/phases';
import { quick } from '../support/quick';

/** Room for a restart of the worker before the deadline, or most transactions would end by it. */
export const limits: Partial<Limits> = { ...quick, transactionTimeoutMs: 4000 };

/** What happens to one request; a list is for a participant's first, second, … request of a phase, then all is well. */
export type Trouble =
  | 'none'
  | 'refused: 409'
  | 'busy: 503'
  | 'failed: 500'
  | 'connection reset'
  | 'done, answer dropped'
  | 'done, never answered'
  | 'never answered'
  | 'slow: done after 150 ms'
  | 'late: done after 700 ms'
  | 'very late: done after 2000 ms';

export interface ParticipantScript {
  readonly remembersRollbacks: boolean;
  readonly trouble: Readonly<Record<Phase, readonly Trouble[]>>;
}

export interface OperatorScript {
  readonly afterMs: number;
  readonly does:
    'abort' | 'abort by signal' | 'cancel' | 'retry' | 'resolve committed' | 'resolve rolledback';
  /** By position. */
  readonly participant: number;
}

export interface TransactionScript {
  readonly onCommitFailure: 'retry' | 'rollback';
  readonly participants: readonly ParticipantScript[];
  readonly operators: readonly OperatorScript[];
}

export interface RunScript {
  readonly transactions: readonly TransactionScript[];
  /** The worker is stopped then, and another started. */
  readonly restartsAfterMs: readonly number[];
}

const trouble = (...more: readonly Trouble[]): fc.Arbitrary<Trouble> =>
  fc.oneof(
    { arbitrary: fc.constant<Trouble>('none'), weight: 4 },
    { arbitrary: fc.constantFrom<Trouble[]>(...common, ...more), weight: 5 },
  );

const common: readonly Trouble[] = [
  'busy: 503',
  'connection reset',
  'done, answer dropped',
  'done, never answered',
  'never answered',
  'slow: done after 150 ms',
  'late: done after 700 ms',
  'very late: done after 2000 ms',
];

const participant: fc.Arbitrary<ParticipantScript> = fc.record({
  remembersRollbacks: fc.boolean().map(forgets => !forgets),
  trouble: fc.record({
    prepare: fc.array(trouble('refused: 409'), { maxLength: 2 }),
    commit: fc.array(trouble('failed: 500', 'refused: 409'), { maxLength: 4 }),
    rollback: fc.array(trouble('failed: 500'), { maxLength: 4 }), // 409 would say that it had committed
  }),
});

const operator: fc.Arbitrary<OperatorScript> = fc.record({
  afterMs: fc.integer({ min: 0, max: 3000 }),
  does: fc.constantFrom(
    'abort',
    'abort by signal',
    'cancel',
    'retry',
    'resolve committed',
    'resolve rolledback',
  ),
  participant: fc.nat({ max: 2 }),
});

const transaction: fc.Arbitrary<TransactionScript> = fc.record({
  onCommitFailure: fc.constantFrom('retry', 'rollback'),
  participants: fc.array(participant, { minLength: 1, maxLength: 3 }),
  operators: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(operator, { maxLength: 3 }), weight: 1 },
  ),
});

/** Many transactions at once, or a run would mostly wait; always as many, since one lasts as long as its slowest. */
export function runs(transactions: number): fc.Arbitrary<RunScript> {
  return fc.record({
    transactions: fc.array(transaction, { minLength: transactions, maxLength: transactions }),
    restartsAfterMs: fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 1 }),
  });
}
