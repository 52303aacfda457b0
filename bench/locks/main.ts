/**
 * Owns the bench of locks: what one and three of them add to a transaction, and how often a hot one changes hands.
 *
 *   npm run bench:locks [-- --quick]
 *
 * Interleaved in rounds, each ratio of figures of one round, as in `npm run bench`. Every transaction has two participants and is
 * waited for until its workflow has closed, so until its locks have been told of its end.
 */
import { parseArgs } from 'node:util';
import { jsonFrom } from '../callers';
import { type Amount, measure, quantile, ratePerSecond } from '../load';
import { type LocksTaken, type Measured } from '../protocol';
import { printEnd, printHead } from '../report';
import { runBench } from '../run';
import { type UnderTest, startUnderTest } from '../underTest';
import { given } from '../../src/protocol/wire/given';

const full = { rounds: 8, roundsWithinMs: 90_000, atOnce: 60, alone: 10 };
const quick = { rounds: 2, roundsWithinMs: 20_000, atOnce: 20, alone: 3 };
type Size = typeof full;

/** Of a lock that everybody wants, as many as wait for it. */
const inFlight = 20;

interface Subject {
  readonly name: string;
  readonly run: (amount: Amount) => Promise<Measured>;
  readonly rates: number[];
  /** One at a time. */
  readonly latenciesMs: number[];
}

const interruption = new AbortController();

async function main(): Promise<void> {
  const options = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
  const size = options.quick ? quick : full;
  printHead(`npm run bench:locks${options.quick ? ' -- --quick' : ''}`);
  const began = performance.now();
  const it = await startUnderTest(interruption.signal);
  try {
    const subjects = subjectsOf(it);
    for (const each of subjects) await each.run({ count: inFlight, inFlight }); // to warm up
    await takeRounds(subjects, size);
    print(subjects);
  } finally {
    await it.stop();
  }
  printEnd(performance.now() - began);
}

function subjectsOf(it: UnderTest): Subject[] {
  const transaction = (name: string, locks?: LocksTaken): Subject =>
    subject(name, amount => it.load({ of: 'transaction', participants: 2, ...given({ locks }), ...amount }));
  return [
    transaction('without locks'),
    transaction('1 lock, never used before', { count: 1, on: 'fresh' }),
    transaction('3 locks, never used before', { count: 3, on: 'fresh' }),
    transaction('1 lock, used before', { count: 1, on: 'used' }),
    transaction('3 locks, used before', { count: 3, on: 'used' }),
    transaction('1 hot lock for all', { count: 1, on: 'hot' }),
    subject('lease and release, one hot lock', amount => leases(it, amount, 'hot')),
    subject('lease and release, own locks', amount => leases(it, amount, 'own')),
  ];
}

function subject(name: string, run: Subject['run']): Subject {
  return { name, run, rates: [], latenciesMs: [] };
}

let leased = 0;

/** Over HTTP, as a client does: `POST /locks`, then `DELETE`. */
function leases({ apiUrl }: UnderTest, amount: Amount, on: 'hot' | 'own'): Promise<Measured> {
  return measure(amount, async () => {
    const holder = `holder-${(leased += 1)}`;
    const resource = on === 'hot' ? 'leased/hot' : `leased/${leased % 100}`;
    const response = await fetch(`${apiUrl}/locks`, {
      method: 'POST',
      headers: jsonFrom('healthy'),
      body: JSON.stringify({ resource, holder, ttlMs: 60_000, waitMs: 60_000 }),
    });
    if (response.status !== 201) throw new Error(`POST /locks was answered ${response.status}`);
    await response.arrayBuffer();
    const released = await fetch(`${apiUrl}/locks/${encodeURIComponent(resource)}/${holder}`, {
      method: 'DELETE',
      headers: jsonFrom('healthy'),
    });
    if (released.status !== 204) throw new Error(`DELETE was answered ${released.status}`);
  });
}

async function takeRounds(subjects: readonly Subject[], size: Size): Promise<void> {
  const end = performance.now() + size.roundsWithinMs;
  for (let round = 0; round < size.rounds && performance.now() < end; round += 1)
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const each = subjects[(round + turn) % subjects.length]; // nobody always goes first
      if (each !== undefined) await take(each, size);
    }
}

async function take({ run, rates, latenciesMs }: Subject, { atOnce, alone }: Size): Promise<void> {
  rates.push(ratePerSecond(await run({ count: atOnce, inFlight })));
  latenciesMs.push(...(await run({ count: alone, inFlight: 1 })).latenciesMs);
}

function print(subjects: readonly Subject[]): void {
  const [base] = subjects;
  if (base === undefined) return;
  const line = (...cells: readonly string[]): void => {
    const [first = '', ...rest] = cells;
    process.stdout.write(`${(first.padEnd(34) + rest.map(each => each.padStart(14)).join('')).trimEnd()}\n`);
  };
  process.stdout.write(
    `\n${inFlight} in flight, then one at a time; medians. Ratios are to the transaction without locks:\n\n`,
  );
  line('', 'per second', 'of without', 'alone p50 ms', 'p95 ms', 'added ms');
  const alone = quantile(base.latenciesMs, 0.5);
  for (const { name, rates, latenciesMs } of subjects) {
    const ratios = rates.map((rate, round) => rate / (base.rates[round] ?? NaN));
    const p50 = quantile(latenciesMs, 0.5);
    line(
      name,
      quantile(rates, 0.5).toFixed(1),
      quantile(ratios, 0.5).toFixed(2),
      p50.toFixed(0),
      quantile(latenciesMs, 0.95).toFixed(0),
      (p50 - alone).toFixed(0),
    );
  }
}

runBench(main, interruption);
