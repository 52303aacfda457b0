/** Owns the marks: what a transaction may cost at most, as ratios of one run, and whether it does. */
import { type Taken, find, latency, rate, ratio } from './figures';
import { participantCounts } from './subjects';

export interface Mark {
  readonly what: string;
  readonly participants: number;
  readonly value: number;
  readonly mark: number;
  readonly bound: 'at least' | 'at most';
  readonly met: boolean;
}

/** By the number of participants. */
const ofNoopRate = { 2: 0.5, 10: 0.45, 50: 0.3 };
const timesNaiveRate = { 2: 1.8, 10: 4, 50: 10 };
const timesNoopLatency = 2;
const httpOfDirect = 0.9;

export function marksOf(all: readonly Taken[]): Mark[] {
  const noop = find(all, 'noop', 0);
  const each = (mark: (participants: (typeof participantCounts)[number], direct: Taken) => Mark): Mark[] =>
    participantCounts.map(participants => mark(participants, find(all, 'direct', participants)));
  return [
    ...each((participants, direct) =>
      atLeast(httpOfDirect, {
        ...{ what: 'over HTTP, of the direct rate', participants },
        value: ratio(find(all, 'http', participants), direct, rate).median,
      }),
    ),
    ...each((participants, direct) =>
      atLeast(ofNoopRate[participants], {
        ...{ what: "of the no-op's rate", participants },
        value: ratio(direct, noop, rate).median,
      }),
    ),
    ...each((participants, direct) =>
      atMost(timesNoopLatency, {
        ...{ what: "one at a time, times the no-op's latency", participants },
        value: ratio(direct, noop, latency).median,
      }),
    ),
    ...each((participants, direct) =>
      atLeast(timesNaiveRate[participants], {
        ...{ what: "times the naive workflow's rate", participants },
        value: ratio(direct, find(all, 'naive', participants), rate).median,
      }),
    ),
  ];
}

type Found = Pick<Mark, 'what' | 'participants' | 'value'>;

function atLeast(mark: number, found: Found): Mark {
  return { ...found, mark, bound: 'at least', met: found.value >= mark };
}

function atMost(mark: number, found: Found): Mark {
  return { ...found, mark, bound: 'at most', met: found.value <= mark };
}
