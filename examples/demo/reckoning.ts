/** Owns the sums: what the transfers make of each account by the coordinator's word, and what became of the money. */
import { type Books } from './books';
import { type BankName, banks, type Of, opening } from './cast';
import { type Outcome, toldOf } from './outcome';

export interface AccountRow {
  readonly bank: BankName;
  readonly account: string;
  readonly opening: number;
  /** What the committed transfers make of it. */
  readonly due: number;
  readonly balance: number;
}

/** In cents. */
export interface Money {
  readonly before: number;
  readonly now: number;
  readonly lost: readonly Lost[];
}

/** Of a transfer that one bank made and the other did not. Below zero: came in and never went out. */
export interface Lost {
  readonly outcome: Outcome;
  readonly cents: number;
}

export function reckonAccounts(outcomes: readonly Outcome[], books: Of<Books>): AccountRow[] {
  return banks.flatMap(bank => {
    const balances = new Map(books[bank].accounts.map(({ account, balance }) => [account, balance]));
    const names = new Set([...Object.keys(opening[bank]), ...balances.keys()]);
    return [...names].map(account => {
      const before = opening[bank][account] ?? 0;
      const moved = outcomes.map(outcome => movedIn(outcome, bank, account));
      return {
        bank,
        account,
        opening: before,
        due: before + sum(moved),
        balance: balances.get(account) ?? 0,
      };
    });
  });
}

function movedIn({ transfer, document }: Outcome, bank: BankName, account: string): number {
  const movement = transfer[bank];
  return movement.account === account && toldOf(bank, document) === 'committed' ? movement.amount : 0;
}

export function reckonMoney(outcomes: readonly Outcome[], books: Of<Books>): Money {
  return {
    before: sum(banks.flatMap(bank => Object.values(opening[bank]))),
    now: sum(banks.flatMap(bank => books[bank].accounts.map(({ balance }) => balance))),
    lost: outcomes.map(lostIn).filter(({ cents }) => cents !== 0),
  };
}

function lostIn(outcome: Outcome): Lost {
  const moved = banks.map(bank => movedIn(outcome, bank, outcome.transfer[bank].account));
  return { outcome, cents: 0 - sum(moved) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
