/** Owns what becomes of the rounds' figures: medians, and ratios of figures of one round. */
import { quantile } from './load';
import { type Cost } from './protocol';
import { type Subject, type Way } from './subjects';
import { given } from '../src/protocol/wire/given';

/** Of one subject. What is undefined could not be had on this machine. */
export interface Round {
  readonly perSecond: number;
  /** One at a time. */
  readonly aloneMs: readonly number[];
  /** By process, for each of those at once. */
  readonly cpuMs: { readonly coordinator: number; readonly temporal: number | undefined };
  /** Requests to the engine, polls included, for each of those at once. */
  readonly calls: number | undefined;
  readonly costs: readonly Cost[];
  /** Starts at once that were refused for now, and made again after the pause that was named. */
  readonly refused: number;
}

export interface Taken {
  readonly subject: Pick<Subject, 'way' | 'participants'>;
  readonly rounds: readonly Round[];
}

/** Of the rounds' ratios. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** One line of the table; medians. */
export interface Row {
  readonly way: Way;
  readonly participants: number;
  readonly perSecond: number;
  readonly ofNoopRate: Spread;
  readonly alone: { readonly p50Ms: number; readonly p95Ms: number; readonly timesNoop: number };
  readonly cpuMs: { readonly coordinator: number; readonly temporal?: number };
  readonly engineCalls?: number;
  readonly transitions: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
  /** In all rounds. */
  readonly refused: number;
}

export function rowsOf(all: readonly Taken[]): Row[] {
  const noop = find(all, 'noop', 0);
  return all.map(taken => rowOf(taken, noop));
}

function rowOf(taken: Taken, noop: Taken): Row {
  const { subject, rounds } = taken;
  const alone = rounds.flatMap(round => round.aloneMs);
  const costs = rounds.flatMap(round => round.costs);
  const temporal = medianOf(rounds.map(round => round.cpuMs.temporal));
  const engineCalls = medianOf(rounds.map(round => round.calls));
  return {
    ...{ way: subject.way, participants: subject.participants },
    perSecond: median(rounds.map(rate)),
    ofNoopRate: ratio(taken, noop, rate),
    alone: {
      ...{ p50Ms: median(alone), p95Ms: quantile(alone, 0.95) },
      timesNoop: ratio(taken, noop, latency).median,
    },
    cpuMs: { coordinator: median(rounds.map(round => round.cpuMs.coordinator)), ...given({ temporal }) },
    ...given({ engineCalls }),
    transitions: median(costs.map(cost => cost.transitions)),
    historyEvents: median(costs.map(cost => cost.events)),
    historyBytes: median(costs.map(cost => cost.bytes)),
    refused: rounds.reduce((sum, round) => sum + round.refused, 0),
  };
}

export function find(all: readonly Taken[], way: Way, participants: number): Taken {
  const found = all.find(({ subject }) => subject.way === way && subject.participants === participants);
  if (found === undefined) throw new Error(`${way} with ${participants} participants was not measured`);
  return found;
}

export const rate = (round: Round): number => round.perSecond;
export const latency = (round: Round): number => median(round.aloneMs);

/** @param figure of a round */
export function ratio(of: Taken, to: Taken, figure: (round: Round) => number): Spread {
  const ratios = of.rounds.map((round, nth) => {
    const other = to.rounds[nth];
    return other === undefined ? NaN : figure(round) / figure(other);
  });
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}
