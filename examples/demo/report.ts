/** Owns the verdict as text. */
import { type Movement } from '../bank/movement';
import { banks } from './cast';
import { type Outcome } from './outcome';
import { type AccountRow, type Lost, type Money } from './reckoning';
import { type Report, type Row } from './verdict';

export function reportText({ rows, accounts, money, problems }: Report): string {
  const verdict =
    problems.length === 0
      ? 'Both databases agree with what the coordinator reported.'
      : problems.map(problem => `PROBLEM: ${problem}`).join('\n');
  return [
    table(['transaction', 'transfer', 'status', ...banks, 'atomic'], rows.map(cellsOf)),
    table(['account', 'at the start', 'due', 'balance'], accounts.map(accountCells)),
    moneyText(money),
    verdict,
  ].join('\n\n');
}

function cellsOf({ outcome, states, atomic }: Row): string[] {
  const { title, document } = outcome;
  return [title, transferText(outcome), document.status, ...banks.map(bank => states[bank]), atomic];
}

/** `alice → bob 30.00` */
function transferText(outcome: Outcome): string {
  const { from, to, cents } = directionOf(outcome);
  return `${from.account} → ${to.account} ${decimal(cents)}`;
}

function directionOf({ transfer }: Outcome): {
  readonly from: Side;
  readonly to: Side;
  readonly cents: number;
} {
  const north = { bank: 'north', ...transfer.north };
  const south = { bank: 'south', ...transfer.south };
  const [from, to] = south.amount > 0 ? [north, south] : [south, north];
  return { from, to, cents: to.amount };
}

interface Side extends Movement {
  readonly bank: string;
}

function accountCells({ bank, account, opening, due, balance }: AccountRow): string[] {
  return [`${account} (${bank})`, ...[opening, due, balance].map(decimal)];
}

function moneyText({ before, now, lost }: Money): string {
  return [
    `Money in both banks: ${decimal(before)} at the start, ${decimal(now)} now.`,
    ...lost.map(lostText),
  ].join('\n');
}

function lostText({ outcome, cents }: Lost): string {
  const { from, to } = directionOf(outcome);
  const [leaves, arrives] = [`left ${from.account} (${from.bank})`, `arrived at ${to.account} (${to.bank})`];
  const what = cents > 0 ? `${leaves} and never ${arrives}` : `${arrives} and never ${leaves}`;
  const said = `the coordinator reports it as "${outcome.document.heuristic ?? 'nothing'}"`;
  return `${decimal(Math.abs(cents))} ${what}, in ${outcome.title}; ${said}.`;
}

function decimal(cents: number): string {
  return (cents / 100).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.max(...lines.map(each => each.length)));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
