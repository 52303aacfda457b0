/** Owns how the figures are printed: the table, the marks, memory. */
import { type Row } from './figures';
import { type Mark } from './marks';
import { type MemoryOf } from './memory';
import { print } from './report';
import { type Throughput } from './throughput';

export function printThroughput({ inFlight, rounds, rows, marks, memory }: Throughput): void {
  print(
    `\n${inFlight} in flight, then one at a time (p50, p95); medians, rounds: ${rounds}. Ratios are of figures of one round.`,
  );
  print(
    "For each one: CPU of the coordinator's process and of Temporal's, requests to Temporal (polls included),",
  );
  print(
    'state transitions, and events and size of the history. In all: starts refused for now, and made again.\n',
  );
  print(columns.map(({ head, width }) => padded(head, width)).join(''));
  for (const row of rows) print(columns.map(({ cell, width }) => padded(cell(row), width)).join(''));
  print('');
  marks.forEach(printMark);
  printMemory(memory);
}

const names = { noop: 'no-op', naive: 'naive', direct: 'ours', http: 'ours, over HTTP' } as const;

interface Column {
  readonly head: string;
  /** Negative: to the left. */
  readonly width: number;
  readonly cell: (row: Row) => string;
}

const columns: readonly Column[] = [
  {
    head: 'participants',
    width: -14,
    cell: row => (row.participants === 0 ? '' : row.participants.toString()),
  },
  { head: '', width: -15, cell: row => names[row.way] },
  { head: 'a second', width: 10, cell: row => row.perSecond.toFixed(1) },
  { head: 'of no-op', width: 10, cell: row => row.ofNoopRate.median.toFixed(2) },
  {
    head: 'from-to',
    width: 12,
    cell: ({ ofNoopRate: of }) => `${of.lowest.toFixed(2)}-${of.highest.toFixed(2)}`,
  },
  { head: 'p50 ms', width: 8, cell: row => row.alone.p50Ms.toFixed(0) },
  { head: 'p95 ms', width: 8, cell: row => row.alone.p95Ms.toFixed(0) },
  { head: 'no-ops', width: 8, cell: row => row.alone.timesNoop.toFixed(1) },
  { head: 'CPU ms', width: 8, cell: row => row.cpuMs.coordinator.toFixed(1) },
  { head: 'Temporal', width: 10, cell: row => known(row.cpuMs.temporal) },
  { head: 'requests', width: 10, cell: row => known(row.engineCalls) },
  { head: 'transitions', width: 13, cell: row => row.transitions.toFixed(0) },
  { head: 'events', width: 8, cell: row => row.historyEvents.toFixed(0) },
  { head: 'KB', width: 8, cell: row => (row.historyBytes / 1000).toFixed(1) },
  { head: 'refused', width: 9, cell: row => row.refused.toFixed(0) },
];

/** Of what is not to be had on every machine. */
function known(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1);
}

function printMark({ what, participants, value, bound, mark, met }: Mark): void {
  const [subject, verdict] = [`${participants} participants, ${what}`, met ? 'met' : 'MISSED'];
  print(
    `${subject.padEnd(58)}${value.toFixed(2).padStart(6)}  ${bound} ${mark.toFixed(2).padStart(5)}  ${verdict}`,
  );
}

function printMemory(memory: MemoryOf): void {
  const what = "memory of the coordinator's process over";
  print(`\n${what} ${memory.transactions} transactions, MB, after garbage collection\n`);
  const widths = [-12, 9, 9, 9, 9, 10];
  const line = (cells: readonly string[]): void => {
    print(cells.map((cell, nth) => padded(cell, widths[nth] ?? 0)).join(''));
  };
  line(['', 'first', 'last', 'lowest', 'highest', 'per 1000']);
  for (const each of ['rss', 'heapUsed'] as const) {
    const { first, last, lowest, highest, per1000 } = memory[each];
    line([each, ...[first, last, lowest, highest, per1000].map(mb => mb.toFixed(1))]);
  }
}

function padded(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}
