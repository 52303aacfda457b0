/** Owns what a bank is asked to prepare: money into an account, or out of it. */
import { z } from 'zod';
import { no, type Vote } from '../../src/participant';

export interface Movement {
  readonly account: string;
  /** In cents: above zero into the account, below zero out of it. */
  readonly amount: number;
}

const shape = z.object({ account: z.string().min(1).max(100), amount: z.int() });

/** The movement, or the no that a payload gets which is none. */
export function movementOf(payload: unknown): Movement | Extract<Vote, { vote: 'no' }> {
  const read = shape.safeParse(payload);
  if (read.success) return read.data;
  return no('the payload must be {"account": <text>, "amount": <whole cents>}') as Extract<
    Vote,
    { vote: 'no' }
  >;
}

export function noSuchAccount(account: string): Vote {
  return no(`there is no account ${JSON.stringify(account)}`);
}

export const notEnough: Vote = no('there is not enough money in the account');
