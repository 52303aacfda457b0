/** Owns what the two banks have in common. */
import { type Participant } from '../../src/participant';

/** Balances in cents, given to accounts that do not exist yet. */
export type Opening = Readonly<Record<string, number>>;

export interface Account {
  readonly account: string;
  readonly balance: number;
}

export interface Bank {
  readonly participant: Participant;
  accounts(): Promise<readonly Account[]>;
  close(): Promise<void>;
}
