/** Owns the shape of what a list of transactions says of each (PROTOCOL §3): of the document, what Temporal tells without asking it. */
import { type TransactionDocument, type ParticipantState } from './document';

export interface ListedParticipant {
  readonly name: string;
  /** Host and port of its prepare URL; no port where it is the scheme's own. */
  readonly host: string;
  /** Absent where nobody wrote it down. */
  readonly state?: ParticipantState;
}

type OfDocument =
  | 'id'
  | 'status'
  | 'state'
  | 'decision'
  | 'needsAttention'
  | 'heuristic'
  | 'reason'
  | 'createdAt'
  | 'decideBy'
  | 'endedAt'
  | 'labels';

export interface ListedTransaction extends Pick<TransactionDocument, OfDocument> {
  readonly participants: readonly ListedParticipant[];
}

export interface ListOfTransactions {
  readonly transactions: readonly ListedTransaction[];
  /** The `cursor` of the page that follows; absent at the end. */
  readonly next?: string;
}

export interface CountOfTransactions {
  readonly count: number;
  /** More had to be looked at one by one than a request may: it is no more than that. */
  readonly atMost?: true;
}
