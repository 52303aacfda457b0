/** Owns what a scene leaves to be verified: the transfer, how it is due to end, and the coordinator's word. */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type BankName, type Transfer } from './cast';

export interface Outcome {
  readonly title: string;
  readonly transfer: Transfer;
  /** `mixed`: one bank commits and the other does not, and the coordinator says so. */
  readonly due: 'committed' | 'rolledback' | 'mixed';
  /** What the coordinator said at the end. */
  readonly document: TransactionDocument;
}

/** What the coordinator says of one bank; where it reports no heuristic outcome, that is the same of both. */
export function toldOf(bank: BankName, { status, heuristic, participants }: TransactionDocument): string {
  if (heuristic === undefined) return status;
  return participants.find(({ name }) => name === bank)?.state ?? 'nothing';
}
