/** Owns what the bench prints: where it ran, the ratios and their marks, memory. */
import { cpus, loadavg, totalmem } from 'node:os';
import { quantile, slope } from './load';
import { type Memory } from './protocol';

export interface Taken {
  readonly name: string;
  /** A second, one a round. */
  readonly rates: number[];
  /** One at a time. */
  readonly latenciesMs: number[];
  /** Of the coordinator's process, for each of those at once; one a round. */
  readonly cpuMs: number[];
}

/** First marks: of the no-op's rate. */
const marks = new Map([
  ['2 participants', 0.4],
  ['10 participants', 0.35],
]);

export function printHead(command: string): void {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  print(`$ ${command}`);
  print(`${machine}, Node ${process.version}, ${process.platform} ${process.arch}, all over loopback`);
  print(`load average before: ${loads()}`);
}

export function printEnd(elapsedMs: number): void {
  print(`\ntook ${(elapsedMs / 1000).toFixed(0)} s; load average after: ${loads()}`);
}

export function printTaken(noop: Taken, others: readonly Taken[], inFlight: number): void {
  print(`\n${inFlight} in flight, then one at a time. Ratios are to the no-op's figure of the same round:`);
  print('the median of the rounds, and the lowest and the highest.\n');
  printRow('', 'per second', 'of the no-op', 'alone p50 ms', 'p95 ms', 'times no-op', 'CPU ms each');
  for (const taken of [noop, ...others]) {
    const ratios = ratiosOf(taken, noop);
    const p50 = quantile(taken.latenciesMs, 0.5);
    printRow(
      taken.name,
      quantile(taken.rates, 0.5).toFixed(1),
      `${quantile(ratios, 0.5).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
      p50.toFixed(0),
      quantile(taken.latenciesMs, 0.95).toFixed(0),
      (p50 / quantile(noop.latenciesMs, 0.5)).toFixed(1),
      quantile(taken.cpuMs, 0.5).toFixed(1),
    );
  }
  print('');
  for (const taken of others) printMark(taken.name, quantile(ratiosOf(taken, noop), 0.5));
}

function ratiosOf({ rates }: Taken, noop: Taken): number[] {
  return rates.map((rate, round) => rate / (noop.rates[round] ?? NaN));
}

function printMark(name: string, ratio: number): void {
  const mark = marks.get(name);
  if (mark === undefined) return;
  const verdict = ratio >= mark ? 'met' : `MISSED by ${(mark - ratio).toFixed(2)}`;
  print(`mark for ${name}: ${mark.toFixed(2)} of the no-op's rate: ${verdict} (${ratio.toFixed(2)})`);
}

/** @param transactions between the first and the last sample. */
export function printMemory(samples: readonly Memory[], transactions: number): void {
  print(
    `\nmemory of the coordinator's process over ${transactions} transactions, MB, after garbage collection\n`,
  );
  printRow('', 'first', 'last', 'lowest', 'highest', 'per 1000', '');
  for (const what of ['rss', 'heapUsed'] as const) {
    const values = samples.map(sample => sample[what]);
    const per1000 = (slope(values) * (values.length - 1) * 1000) / transactions;
    const shown = [values[0] ?? NaN, values.at(-1) ?? NaN, Math.min(...values), Math.max(...values), per1000];
    printRow(what, ...shown.map(bytes => (bytes / 2 ** 20).toFixed(1)));
  }
}

const widths = [11, 18, 13, 8, 12, 12];

function printRow(first: string, ...cells: readonly string[]): void {
  print((first.padEnd(26) + cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('')).trimEnd());
}

function loads(): string {
  return loadavg()
    .map(load => load.toFixed(1))
    .join(' ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
