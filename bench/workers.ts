/**
 * Owns the bench of several workers: one front end, and one, two or four processes with a worker each.
 *
 *   npm run bench -- --workers [--quick]
 *
 * In rounds, each ratio of figures of one round. On a machine whose cores are all busy with one it tells what more of them cost, and
 * that none is in another's way; what they bring is seen where each has cores of its own.
 */
import { quantile, ratePerSecond } from './load';
import { print } from './report';
import { overHttp } from './subjects';
import { type UnderTest, startUnderTest } from './underTest';

const counts = [1, 2, 4] as const;
const participants = 10;
const inFlight = 50;

interface Taken {
  readonly perSecond: number[];
  readonly aloneMs: number[];
}

export async function benchWorkers(isQuick: boolean, signal: AbortSignal): Promise<void> {
  const rounds = isQuick ? 1 : 3;
  const it = await startUnderTest(signal, { role: 'api' });
  try {
    const taken = counts.map((): Taken => ({ perSecond: [], aloneMs: [] }));
    for (let round = 0; round < rounds; round += 1)
      for (const [nth, count] of counts.entries()) await take(it, count, taken[nth]);
    printAll(taken);
  } finally {
    await it.stop();
  }
}

async function take(it: UnderTest, workers: number, into: Taken | undefined): Promise<void> {
  const running = await Promise.all(Array.from({ length: workers }, () => it.startWorker()));
  await overHttp(it, { count: 50, inFlight }, participants); // to warm up
  const together = await overHttp(it, { count: 200, inFlight }, participants);
  const alone = await overHttp(it, { count: 10, inFlight: 1 }, participants);
  into?.perSecond.push(ratePerSecond(together));
  into?.aloneMs.push(quantile(alone.latenciesMs, 0.5));
  await Promise.all(running.map(worker => worker.stop()));
}

function printAll(all: readonly Taken[]): void {
  const [one] = all;
  print(
    `\n${participants} participants, ${inFlight} in flight, then one at a time; medians of the rounds:\n`,
  );
  print('workers    a second  of one   p50 ms');
  for (const [nth, { perSecond, aloneMs }] of all.entries()) {
    const ratios = perSecond.map((rate, round) => rate / (one?.perSecond[round] ?? NaN));
    const cells = [
      quantile(perSecond, 0.5).toFixed(1).padStart(10),
      quantile(ratios, 0.5).toFixed(2).padStart(8),
      quantile(aloneMs, 0.5).toFixed(0).padStart(9),
    ];
    print(String(counts[nth]).padEnd(9) + cells.join(''));
  }
}
