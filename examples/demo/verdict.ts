/** Owns the verdict: what both banks' databases hold, beside what the coordinator reported. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Books, readSqlite } from './books';
import { banks, type Of } from './cast';
import { type Outcome, toldOf } from './outcome';
import { type AccountRow, type Money, reckonAccounts, reckonMoney } from './reckoning';

/** In the folder of a run. North's is what was read of its database while PostgreSQL still ran. */
export const files = { north: 'north.json', south: 'south.db', outcomes: 'outcomes.json' } as const;

export interface Row {
  readonly outcome: Outcome;
  /** What the banks' own records say. */
  readonly states: Of<string>;
  readonly atomic: string;
  readonly good: boolean;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly accounts: readonly AccountRow[];
  readonly money: Money;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

export function verify(folder: string): Report {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const outcomes = read(files.outcomes) as Outcome[];
  const books = { north: read(files.north) as Books, south: readSqlite(join(folder, files.south)) };
  const rows = outcomes.map(outcome => judge(outcome, books));
  const accounts = reckonAccounts(outcomes, books);
  const money = reckonMoney(outcomes, books);
  const problems = [
    ...(rows.length === 0 ? ['there is no transaction to verify'] : rows.flatMap(wrongEnds)),
    ...strangers(outcomes, books),
    ...held(books),
    ...wrongAccounts(accounts),
    ...wrongMoney(money),
  ];
  return { rows, accounts, money, problems };
}

function judge(outcome: Outcome, books: Of<Books>): Row {
  const { document, due } = outcome;
  const states = { north: stateIn(books.north, document.id), south: stateIn(books.south, document.id) };
  const agree = banks.every(bank => isSame(states[bank], toldOf(bank, document)));
  const heuristic = document.heuristic;
  if (!agree) return { outcome, states, atomic: 'NO', good: false };
  if (heuristic === undefined) return { outcome, states, atomic: 'yes', good: true };
  const atomic = `no, and reported so: heuristic "${heuristic}"`;
  return { outcome, states, atomic, good: due === heuristic };
}

function stateIn({ votes }: Books, id: string): string {
  return votes.find(vote => vote.transactionId === id)?.state ?? 'nothing';
}

/** A bank that said no, or was not asked, has nothing to roll back. */
function isSame(state: string, told: string): boolean {
  return state === told || (told === 'rolledback' && (state === 'refused' || state === 'nothing'));
}

function wrongEnds({ outcome: { title, due, document }, good }: Row): string[] {
  const ended = document.heuristic ?? document.status;
  return [
    ...(good ? [] : [`"${title}" is not atomic`]),
    ...(ended === due ? [] : [`"${title}" ended "${ended}", and "${due}" was due`]),
  ];
}

/** Records of transactions that the coordinator did not report. */
function strangers(outcomes: readonly Outcome[], books: Of<Books>): string[] {
  const known = new Set(outcomes.map(({ document }) => document.id));
  return banks.flatMap(bank =>
    books[bank].votes
      .filter(({ transactionId }) => !known.has(transactionId))
      .map(({ transactionId }) => `${bank} has a record of an unknown transaction, ${transactionId}`),
  );
}

/** Every transaction has ended, so nothing may be prepared any more. */
function held(books: Of<Books>): string[] {
  return banks.flatMap(bank => books[bank].held.map(what => `${bank} still holds ${what}`));
}

function wrongAccounts(accounts: readonly AccountRow[]): string[] {
  return accounts
    .filter(({ due, balance }) => due !== balance)
    .map(row => `${row.account} (${row.bank}) has ${row.balance} cents, and ${row.due} are due`);
}

/** Beside the accounts one by one: nothing is made or lost but what is named. */
function wrongMoney({ before, now, lost }: Money): string[] {
  const named = lost.reduce((sum, { cents }) => sum + cents, 0);
  if (before - named === now) return [];
  return [`there were ${before} cents, there are ${now}, and what is known to be lost is ${named}`];
}
