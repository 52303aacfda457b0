/** Owns putting load on: `count` of something, `inFlight` at a time, timed each and together. */
import { type Measured } from './protocol';

export interface Amount {
  readonly count: number;
  readonly inFlight: number;
}

export async function measure({ count, inFlight }: Amount, one: () => Promise<unknown>): Promise<Measured> {
  const latenciesMs: number[] = [];
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await one();
      latenciesMs.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { count, elapsedMs: performance.now() - began, latenciesMs };
}

export function ratePerSecond({ count, elapsedMs }: Measured): number {
  return (count * 1000) / elapsedMs;
}

/** @param share 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at % 1);
}

/** The slope of the straight line through `values`, a step apart each (least squares). */
export function slope(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((sum, y) => sum + y, 0) / values.length;
  const products = values.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0);
  const squares = values.reduce((sum, _y, x) => sum + (x - meanX) ** 2, 0);
  return products / squares;
}
