/**
 * Owns what a run plays: transactions with the participant under test, and what goes wrong. It is drawn from a seed, and can be made
 * smaller. Whatever is drawn may happen to a participant in production; so a copy of a prepare that was answered does not arrive between
 * a rollback and `decideBy`, where one that forgets rollbacks need not refuse it.
 */
import { type Ms, type Phase } from '../protocol/wire/phases';
import { type Fault, type FaultKind, faultKinds, faultText } from './faults';
import { type Random, chance, pick, seeded } from './random';
import { named } from './network';

export interface PlannedTransaction {
  readonly startAfterMs: Ms;
  /** The payload that must be refused, instead of the one that must be taken. */
  readonly refused: boolean;
  /** `onCommitFailure: "rollback"`. */
  readonly provisional: boolean;
  /** Decided within 300 ms, or rolled back. */
  readonly hasty: boolean;
  /** It is in it under two names. */
  readonly twice: boolean;
  /** The other participant, which is right. */
  readonly other: { readonly vote: 'yes' | 'no'; readonly takesMs: Ms };
}

export interface Schedule {
  readonly transactions: readonly PlannedTransaction[];
  readonly faults: readonly Fault[];
}

export interface Means {
  readonly canRefuse: boolean;
  readonly canRestart: boolean;
  readonly canBeProvisional: boolean;
}

/** The name of the participant under test, and of itself once more. */
export const subject = 'subject';
export const again = 'again';
export const other = 'other';

const plain: PlannedTransaction = {
  startAfterMs: 0,
  refused: false,
  provisional: false,
  hasty: false,
  twice: false,
  other: { vote: 'yes', takesMs: 0 },
};

/** The first run of all: nothing goes wrong. */
export const calm: Schedule = { transactions: [plain], faults: [] };

/** The first of all: each fault by itself, in each phase. */
function singles({ canRefuse, canRestart }: Means): readonly Schedule[] {
  const kinds = faultKinds.filter(is => canRestart || !is.startsWith('participant'));
  const rolledBack: PlannedTransaction = { ...plain, other: { vote: 'no', takesMs: 10 } };
  const late = at('prepare', 1, { is: 'repeatedAfterEnd' });
  return kinds.flatMap(is => [
    ...(isForPrepare(is) ? [{ transactions: [plain], faults: [at('prepare', 1, { is })] }] : []),
    ...(isForPrepare(is) && canRefuse
      ? [{ transactions: [{ ...plain, refused: true }], faults: [at('prepare', 1, { is })] }]
      : []),
    { transactions: [plain], faults: [at('commit', 1, { is })] },
    { transactions: [rolledBack], faults: [late, at('rollback', 1, { is })] },
  ]);
}

/** A copy of one that was answered must not come between its rollback and `decideBy`. */
function isForPrepare(is: FaultKind): boolean {
  return is !== 'repeatedAfterNext';
}

/** @param seed 1 is that in which nothing goes wrong */
export function draw(seed: number, means: Means): Schedule {
  const single = [calm, ...singles(means)][seed - 1];
  if (single !== undefined) return single;
  const random = seeded(seed);
  if (means.canBeProvisional && chance(random, 0.25)) return provisional(random, means);
  if (chance(random, 0.1)) return overtaken(random);
  const count = chance(random, 0.35) ? 2 : 1;
  const transactions = Array.from({ length: count }, (_, index) => planned(random, { index, means }));
  const faults = Array.from({ length: Math.floor(random() * 4) }, () => fault(random, { count, means }));
  return { transactions, faults: apart(faults) };
}

function planned(
  random: Random,
  { index, means }: { readonly index: number; readonly means: Means },
): PlannedTransaction {
  return {
    startAfterMs: index * pick(random, [0, 1, 20, 300]),
    refused: means.canRefuse && chance(random, 0.2),
    provisional: false,
    hasty: chance(random, 0.1),
    twice: chance(random, 0.2),
    other: { vote: chance(random, 0.4) ? 'no' : 'yes', takesMs: pick(random, [0, 10, 100, 1_000]) },
  };
}

const always: readonly [FaultKind, ...FaultKind[]] = [
  'unreachable',
  'unavailable',
  'requestLost',
  'answerLost',
  'answerSlow',
  'late',
  'lateAfterEnd',
  'repeatedAtOnce',
  'repeatedAfterEnd',
  'coordinatorLostBefore',
  'coordinatorLostDuring',
];

function fault(random: Random, { count, means }: { readonly count: number; readonly means: Means }): Fault {
  const phase = pick<Phase>(random, ['prepare', 'commit', 'rollback']);
  const kinds: readonly [FaultKind, ...FaultKind[]] = [
    ...always,
    ...(means.canRestart ? (['participantRestarts', 'participantCrashes'] as const) : []),
    ...(phase === 'prepare' ? (['abort', 'abort'] as const) : (['repeatedAfterNext'] as const)),
  ];
  const place = { transaction: 1 + Math.floor(random() * count), participant: subject, phase };
  return { ...place, ...happening(random, kinds), nth: chance(random, 0.7) ? 1 : 2 };
}

function happening(
  random: Random,
  kinds: readonly [FaultKind, ...FaultKind[]],
): Pick<Fault, 'is' | 'afterMs'> {
  const is = pick(random, kinds);
  return is === 'late' ? { is, afterMs: pick(random, [100, 350, 5_050, 5_500, 20_000, 64_000]) } : { is };
}

/** Both of two requests to commit fail, so that it is given up: what was not acknowledged is rolled back. */
function provisional(random: Random, means: Means): Schedule {
  const unheard: readonly [FaultKind, ...FaultKind[]] = [
    'answerLost',
    'requestLost',
    'answerSlow',
    'lateAfterEnd',
    'late',
  ];
  const commits = [1, 2].map(nth => at('commit', nth, happening(random, unheard)));
  const before: readonly [FaultKind, ...FaultKind[]] = [
    'repeatedAtOnce',
    'repeatedAfterNext',
    'repeatedAfterEnd',
    'answerLost',
    ...(means.canRestart ? (['participantRestarts'] as const) : []),
  ];
  const prepares = chance(random, 0.6) ? [at('prepare', 1, happening(random, before))] : [];
  return { transactions: [{ ...plain, provisional: true }], faults: [...prepares, ...commits] };
}

/** A prepare arrives after `decideBy`, and before any rollback. */
function overtaken(random: Random): Schedule {
  const lost = happening(random, ['requestLost', 'unreachable', 'unavailable']);
  const faults = [at('prepare', 1, { is: 'late', afterMs: 350 }), at('rollback', 1, lost)];
  return { transactions: [{ ...plain, hasty: true }], faults };
}

function at(phase: Phase, nth: number, what: Pick<Fault, 'is' | 'afterMs'>): Fault {
  return { transaction: 1, participant: subject, phase, nth, ...what };
}

/** One a request. */
function apart(faults: readonly Fault[]): readonly Fault[] {
  const byPlace = new Map(faults.map(each => [named(each), each]));
  return [...byPlace.values()];
}

/** Each a little smaller than it is. */
export function smaller({ transactions, faults }: Schedule): readonly Schedule[] {
  return [
    ...(transactions.length > 1
      ? transactions.map((_, index) => without({ transactions, faults }, index))
      : []),
    ...faults.map((_, index) => ({ transactions, faults: faults.filter((_each, nth) => nth !== index) })),
    ...faults.flatMap((each, index) =>
      simpler(each).map(one => ({ transactions, faults: apart(faults.with(index, one)) })),
    ),
    ...transactions.flatMap((each, index) =>
      plainer(each).map(one => ({ transactions: transactions.with(index, one), faults })),
    ),
  ];
}

function without({ transactions, faults }: Schedule, gone: number): Schedule {
  const left = faults.filter(({ transaction }) => transaction !== gone + 1);
  return {
    transactions: transactions
      .filter((_, index) => index !== gone)
      .map((each, index) => (index === 0 ? { ...each, startAfterMs: 0 } : each)),
    faults: left.map(each =>
      each.transaction > gone + 1 ? { ...each, transaction: each.transaction - 1 } : each,
    ),
  };
}

const simplerKinds: Partial<Record<FaultKind, FaultKind>> = {
  coordinatorLostDuring: 'answerLost',
  participantCrashes: 'answerLost',
  coordinatorLostBefore: 'requestLost',
  answerSlow: 'answerLost',
  late: 'requestLost',
};

function simpler(fault: Fault): readonly Fault[] {
  const is = simplerKinds[fault.is];
  const { afterMs: _afterMs, ...rest } = fault;
  return is === undefined ? [] : [{ ...rest, is }];
}

function plainer(each: PlannedTransaction): readonly PlannedTransaction[] {
  return [
    ...(each.twice ? [{ ...each, twice: false }] : []),
    ...(each.refused ? [{ ...each, refused: false }] : []),
    ...(each.hasty ? [{ ...each, hasty: false }] : []),
    ...(each.provisional ? [{ ...each, provisional: false }] : []),
    ...(each.other.vote === 'no' ? [{ ...each, other: { ...each.other, vote: 'yes' as const } }] : []),
    ...(each.other.takesMs > 0 ? [{ ...each, other: { ...each.other, takesMs: 0 } }] : []),
    ...(each.startAfterMs > 0 ? [{ ...each, startAfterMs: 0 }] : []),
  ];
}

export function scheduleText({ transactions, faults }: Schedule): readonly string[] {
  return [
    ...transactions.map((each, index) => transactionText(each, index + 1)),
    ...(faults.length === 0 ? ['Nothing goes wrong on the way.'] : []),
    ...faults.map(each => `The ${named(each)} ${faultText(each)}.`),
  ];
}

function transactionText(
  { refused, hasty, provisional: may, twice, other: one, startAfterMs }: PlannedTransaction,
  nth: number,
): string {
  const notes = [
    ...(startAfterMs > 0 ? [`begins after ${String(startAfterMs)} ms`] : []),
    ...(twice ? [`has it under two names, "${subject}" and "${again}"`] : []),
    ...(refused ? ['has the payload that it must refuse'] : []),
    ...(hasty ? ['has to be decided within 300 ms'] : []),
    ...(may ? ['has onCommitFailure "rollback"'] : []),
    `has another participant, which says ${one.vote}${one.takesMs > 0 ? ` after ${String(one.takesMs)} ms` : ''}`,
  ];
  return `Transaction ${String(nth)} ${notes.join(', ')}.`;
}
