/**
 * Owns the verdict: what every participant's database holds, beside what the coordinator reported. Run by the demo at its
 * end, and by hand over a folder that `npm run demo -- --keep <folder>` left:
 *
 *   node dist/examples/demo/verify.js <folder>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TransactionDocument } from '../../src/protocol/wire/document';
import { type Booking, readAll } from './databases';

export const services = ['flight', 'hotel', 'car'] as const;
export type Service = (typeof services)[number];

export const outcomesFile = 'outcomes.json';

export interface Outcome {
  readonly title: string;
  /** What the coordinator said at the end. */
  readonly document: TransactionDocument;
  /** Its mode is documented to end with a heuristic outcome where commits fail. */
  readonly mayBeHeuristic: boolean;
}

export interface Row {
  readonly title: string;
  readonly status: string;
  readonly states: readonly string[];
  readonly atomic: string;
  readonly good: boolean;
}

export interface Report {
  readonly rows: readonly Row[];
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

type Books = Readonly<Record<Service, ReturnType<typeof readAll>>>;

export function verify(folder: string): Report {
  const outcomes = JSON.parse(readFileSync(join(folder, outcomesFile), 'utf8')) as Outcome[];
  const read = services.map(service => [service, readAll(join(folder, `${service}.db`))]);
  const books = Object.fromEntries(read) as Books;
  const rows = outcomes.map(outcome => judge(outcome, books));
  const bad = rows.filter(row => !row.good).map(row => `"${row.title}" is not atomic`);
  const none = rows.length === 0 ? ['there is no transaction to verify'] : [];
  return { rows, problems: [...bad, ...none, ...strangers(outcomes, books), ...wrongStock(books)] };
}

function judge({ title, document, mayBeHeuristic }: Outcome, books: Books): Row {
  const states = services.map(service => stateIn(books[service].bookings, document.id));
  const row = { title, status: document.status, states };
  if (states.every(state => sameAs(document.status, state))) return { ...row, atomic: 'yes', good: true };
  const told = services.every((service, i) => states[i] === stateToldOf(service, document));
  if (!mayBeHeuristic || document.heuristic === undefined || !told)
    return { ...row, atomic: 'NO', good: false };
  return { ...row, atomic: `no, and reported so: heuristic "${document.heuristic}"`, good: true };
}

function stateIn(bookings: readonly Booking[], id: string): string {
  return bookings.find(booking => booking.transactionId === id)?.state ?? 'nothing';
}

function sameAs(status: TransactionDocument['status'], state: string): boolean {
  return state === status || (status === 'rolledback' && state === 'nothing');
}

function stateToldOf(service: Service, { participants }: TransactionDocument): string | undefined {
  return participants.find(p => p.name === service)?.state;
}

/** Bookings of transactions that the coordinator did not report. */
function strangers(outcomes: readonly Outcome[], books: Books): string[] {
  const known = new Set(outcomes.map(({ document }) => document.id));
  return services.flatMap(service =>
    books[service].bookings
      .filter(({ transactionId }) => !known.has(transactionId))
      .map(({ transactionId }) => `the ${service} has a booking of an unknown transaction, ${transactionId}`),
  );
}

/** Nothing may be sold twice, or lost. */
function wrongStock(books: Books): string[] {
  return services.flatMap(service => {
    const { bookings, stock } = books[service];
    return stock.flatMap(({ item, total, available }) => {
      const taken = bookings.filter(each => each.item === item && each.state !== 'rolledback').length;
      if (available + taken === total) return [];
      return [`the ${service} has ${available} "${item}" left and ${taken} booked, of ${total}`];
    });
  });
}

export function reportText({ rows, problems }: Report): string {
  const head = ['transaction', 'status', ...services, 'atomic'];
  const cells = [head, ...rows.map(row => [row.title, row.status, ...row.states, row.atomic])];
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)));
  const lines = cells.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.max(...lines.map(each => each.length)));
  const verdict =
    problems.length === 0
      ? 'Every database agrees with what the coordinator reported.'
      : problems.map(problem => `PROBLEM: ${problem}`).join('\n');
  return [lines[0], rule, ...lines.slice(1), '', verdict].join('\n');
}

if (require.main === module) {
  const report = verify(process.argv[2] ?? '.');
  console.log(reportText(report));
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}
