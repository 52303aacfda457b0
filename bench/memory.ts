/** Owns what becomes of the coordinator's memory over many transactions. */
import { slope } from './load';
import { type Memory } from './protocol';
import { type UnderTest } from './underTest';

export interface MemorySize {
  readonly transactions: number;
  readonly samples: number;
  /** No further sample is taken after this. */
  readonly withinMs: number;
}

/** In MB. */
export interface Trend {
  readonly first: number;
  readonly last: number;
  readonly lowest: number;
  readonly highest: number;
  readonly per1000: number;
}

/** `transactions`: between the first and the last sample. */
export type MemoryOf = { readonly transactions: number } & Readonly<Record<keyof Memory, Trend>>;

/** @param run makes so many transactions, over HTTP, so that all of the coordinator takes part */
export async function takeMemory(
  it: UnderTest,
  size: MemorySize,
  run: (count: number) => Promise<unknown>,
): Promise<MemoryOf> {
  const count = size.transactions / size.samples;
  const end = performance.now() + size.withinMs;
  const samples = [await it.memory()];
  while (samples.length <= size.samples && performance.now() < end) {
    await run(count);
    samples.push(await it.memory());
  }
  const trend = (what: keyof Memory): Trend =>
    trendOf(
      samples.map(sample => sample[what] / 2 ** 20),
      count,
    );
  return {
    transactions: (samples.length - 1) * count,
    rss: trend('rss'),
    heapUsed: trend('heapUsed'),
  };
}

/** @param apart transactions between two samples */
function trendOf(values: readonly number[], apart: number): Trend {
  return {
    ...{ first: values[0] ?? NaN, last: values.at(-1) ?? NaN },
    ...{ lowest: Math.min(...values), highest: Math.max(...values) },
    per1000: (slope(values) * 1000) / apart,
  };
}
