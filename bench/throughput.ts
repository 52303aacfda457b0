/**
 * Owns the measurement of what a transaction costs: in which order, and how much of each.
 *
 * Interleaved in rounds, so that whatever else the machine does falls on all alike: each round measures every subject, and each
 * ratio is of figures of one round.
 */
import { type Round, type Row, type Taken, rowsOf } from './figures';
import { type Amount, ratePerSecond } from './load';
import { type Mark, marksOf } from './marks';
import { type MemoryOf, type MemorySize, takeMemory } from './memory';
import { type Ran } from './protocol';
import { type Subject, overHttp, subjectsOf } from './subjects';
import { type UnderTest, startUnderTest } from './underTest';

export interface Throughput {
  readonly inFlight: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly marks: readonly Mark[];
  readonly memory: MemoryOf;
}

interface Portion {
  /** Of each subject. */
  readonly atOnce: number;
  /** The naive workflow's activities are many: as many workflows as make this many calls, where those are fewer. */
  readonly naiveCalls: number;
}

interface Size extends Portion {
  readonly rounds: number;
  /** No round is begun, but the first, that would not have ended by then. */
  readonly roundsWithinMs: number;
  readonly alone: number;
  readonly memory: MemorySize;
}

const full: Size = {
  ...{ rounds: 6, roundsWithinMs: 330_000, atOnce: 100, naiveCalls: 5_000, alone: 10 },
  memory: { transactions: 2000, samples: 20, withinMs: 60_000 },
};
const quick: Size = {
  ...{ rounds: 1, roundsWithinMs: 60_000, atOnce: 50, naiveCalls: 800, alone: 5 },
  memory: { transactions: 100, samples: 5, withinMs: 10_000 },
};
/** Code is compiled, connections are open, caches are full. */
const warmUp: Portion = { atOnce: 25, naiveCalls: 400 };

const inFlight = 50;
/** Of those at once, for what each left in the engine. */
const described = 5;

export async function benchThroughput(isQuick: boolean, signal: AbortSignal): Promise<Throughput> {
  const size = isQuick ? quick : full;
  const it = await startUnderTest(signal);
  try {
    const subjects = subjectsOf(it);
    for (const each of subjects) await each.run(amountOf(each, warmUp));
    const all = await takeRounds(it, subjects, size);
    const memory = await takeMemory(it, size.memory, count => overHttp(it, { count, inFlight }, 2));
    const rounds = all[0]?.rounds.length ?? 0;
    return { inFlight, rounds, rows: rowsOf(all), marks: marksOf(all), memory };
  } finally {
    await it.stop();
  }
}

function amountOf({ way, participants }: Subject, { atOnce, naiveCalls }: Portion): Amount {
  const affordable = way === 'naive' ? Math.floor(naiveCalls / (2 * participants)) : atOnce;
  return { count: Math.min(atOnce, affordable), inFlight };
}

async function takeRounds(it: UnderTest, subjects: readonly Subject[], size: Size): Promise<Taken[]> {
  const all = subjects.map(subject => ({ subject, rounds: [] as Round[] }));
  const end = performance.now() + size.roundsWithinMs;
  let longestMs = 0;
  for (let round = 0; round < size.rounds; round += 1) {
    const began = performance.now();
    if (round > 0 && began + longestMs > end) break;
    const first = (round * 3) % all.length; // nobody always goes first
    for (const { subject, rounds } of [...all.slice(first), ...all.slice(0, first)])
      rounds.push(await take(it, subject, size));
    longestMs = Math.max(longestMs, performance.now() - began);
  }
  return all;
}

async function take(it: UnderTest, subject: Subject, size: Size): Promise<Round> {
  const used = await meter(it, () => subject.run(amountOf(subject, size)));
  const { ran } = used;
  const each = (total: number | undefined): number | undefined =>
    total === undefined ? undefined : total / ran.count;
  const alone = await subject.run({ count: size.alone, inFlight: 1 });
  return {
    perSecond: ratePerSecond(ran),
    aloneMs: alone.latenciesMs,
    refused: ran.refused,
    cpuMs: { coordinator: used.coordinatorMs / ran.count, temporal: each(used.temporalMs) },
    calls: each(used.requests),
    costs: await it.costs(some(ran.ids)),
  };
}

interface Used {
  readonly ran: Ran;
  readonly coordinatorMs: number;
  readonly temporalMs: number | undefined;
  readonly requests: number | undefined;
}

/** The page of metrics costs the server CPU time of its own: it is asked for before and after. */
async function meter(it: UnderTest, run: () => Promise<Ran>): Promise<Used> {
  const requests = await it.temporal.requests();
  const [temporalMs, coordinatorMs] = [await it.temporal.cpuMs(), await it.cpuMs()];
  const ran = await run();
  return {
    ran,
    coordinatorMs: (await it.cpuMs()) - coordinatorMs,
    temporalMs: difference(await it.temporal.cpuMs(), temporalMs),
    requests: difference(await it.temporal.requests(), requests),
  };
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

/** Evenly from all of them: the last ones had the machine more to themselves. */
function some(ids: readonly string[]): string[] {
  const apart = Math.max(1, Math.floor(ids.length / described));
  return ids.filter((_id, nth) => nth % apart === 0).slice(0, described);
}
