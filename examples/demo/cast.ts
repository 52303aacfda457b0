/** Owns who plays: two banks, what is in their accounts at the start, and what a transfer moves. */
import { type Opening } from '../bank/contract';
import { type Movement } from '../bank/movement';

export const banks = ['north', 'south'] as const;
export type BankName = (typeof banks)[number];

export type Of<T> = Readonly<Record<BankName, T>>;

/** In cents. */
export const opening: Of<Opening> = {
  north: { alice: 100_00, carol: 50_00 },
  south: { bob: 100_00, dave: 50_00 },
};

/** What each bank is asked to prepare. What goes out of one account comes into the other. */
export type Transfer = Of<Movement>;

/** @param cents above zero from north to south, below zero the other way. */
export function transfer(cents: number, of: Of<string>): Transfer {
  return {
    north: { account: of.north, amount: -cents },
    south: { account: of.south, amount: cents },
  };
}
