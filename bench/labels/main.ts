/**
 * Owns the bench of search attributes at the start: what it costs a transaction that its caller, and labels, are set with the start.
 *
 *   npm run bench -- --labels [--quick]
 *
 * Interleaved in rounds, each ratio of rates of one round.
 */
import { type Amount, quantile, ratePerSecond } from '../load';
import { type Load, type Ran } from '../protocol';
import { print } from '../report';
import { type UnderTest, startUnderTest } from '../underTest';

const full = { rounds: 12, atOnce: 80, alone: 10 };
const quick = { rounds: 4, atOnce: 40, alone: 5 };
const inFlight = 20;

interface Subject {
  readonly name: string;
  readonly run: (amount: Amount) => Promise<Ran>;
  readonly rates: number[];
  /** One at a time. */
  readonly latenciesMs: number[];
}

export async function benchLabels(options: { readonly quick: boolean }, signal: AbortSignal): Promise<void> {
  const { rounds, atOnce, alone } = options.quick ? quick : full;
  const it = await startUnderTest(signal);
  try {
    const subjects = [
      subject(it, 'nothing'),
      subject(it, 'its caller', { labels: 0 }),
      subject(it, 'its caller and 3 labels', { labels: 3 }),
      subject(it, 'its caller and 30 labels', { labels: 30 }),
    ];
    for (const each of subjects) await each.run({ count: inFlight, inFlight }); // to warm up
    for (let round = 0; round < rounds; round += 1)
      for (let turn = 0; turn < subjects.length; turn += 1) {
        const each = subjects[(round + turn) % subjects.length]; // nobody always goes first
        each?.rates.push(ratePerSecond(await each.run({ count: atOnce, inFlight })));
        each?.latenciesMs.push(...(await each.run({ count: alone, inFlight: 1 })).latenciesMs);
      }
    report(subjects);
  } finally {
    await it.stop();
  }
}

function subject(it: UnderTest, name: string, listed?: Load['listed']): Subject {
  const run = (amount: Amount): Promise<Ran> =>
    it.load({
      ...{ of: 'transaction', participants: 2 },
      ...(listed === undefined ? {} : { listed }),
      ...amount,
    });
  return { name, run, rates: [], latenciesMs: [] };
}

function report(subjects: readonly Subject[]): void {
  const [base] = subjects;
  print(
    `\nset at the start; ${inFlight} in flight, then one at a time; medians, and the lowest and highest ratio:\n`,
  );
  print(`${''.padEnd(26)}  per second       of nothing   alone ms`);
  for (const { name, rates, latenciesMs } of subjects) {
    const ratios = rates.map((rate, round) => rate / (base?.rates[round] ?? NaN));
    const spread = `${quantile(ratios, 0.5).toFixed(2)} (${quantile(ratios, 0).toFixed(2)}-${quantile(ratios, 1).toFixed(2)})`;
    const cells = [quantile(rates, 0.5).toFixed(1).padStart(12), spread.padStart(17)];
    print(`${name.padEnd(26)}${cells.join('')}${quantile(latenciesMs, 0.5).toFixed(1).padStart(11)}`);
  }
}
