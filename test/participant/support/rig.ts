/**
 * Owns what the promises of the kit are tried on: a service with one account of 100, over a real database. `prepare` takes
 * an amount from it, if there is enough.
 */
import { type Participant, type ParticipantOptions } from '../../../src/participant';

export interface Rig {
  /** A life of the service over the same database; the one before is closed first. */
  open(options?: ParticipantOptions): Promise<Participant>;
  /** What a reader outside the transactions can spend. */
  available(): Promise<number>;
  /** How often the service's own prepare ran. */
  readonly prepares: () => number;
  /** Makes the service's next prepare throw, after it did its work. */
  failNextPrepare(): void;
  /** Rows the kit keeps in one of its tables. */
  rows(table: 'dtc_votes' | 'dtc_branches'): Promise<number>;
  dispose(): Promise<void>;
}

export const opening = 100;

/** The amount that a payload asks for. */
export function amountOf(payload: unknown): number {
  return (payload as { readonly amount: number }).amount;
}
