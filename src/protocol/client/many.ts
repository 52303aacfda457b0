/** Owns the shape of what is answered to an action on many transactions, and of whom they wait for (PROTOCOL §3). */
import { type ParticipantDocument } from './document';

export interface BulkReport {
  /** Those that were found to wait, by a look at each, or that could not be looked at: `acted` and `failed` together, where it is no dry run. */
  readonly matched: number;
  readonly acted: number;
  readonly failed: readonly { readonly id: string; readonly why: string }[];
  readonly dryRun: boolean;
  /** There may be more, and why they were not looked at; absent where all that visibility lists were. */
  readonly stoppedBy?: 'limit' | 'time' | 'shutdown' | 'temporal' | 'worker';
}

/** A host that transactions in trouble wait for. */
export interface SickHost {
  /** As the participants' prepare URLs have it: with a port where that is not the scheme's own. */
  readonly host: string;
  /** Transactions, and those among them that need attention. */
  readonly waiting: number;
  readonly needsAttention: number;
  /** Of the one that has waited longest: when its phase two began, or, where nothing is decided, when it was created. */
  readonly since: string;
  /** The newest that is known. */
  readonly lastError?: NonNullable<ParticipantDocument['lastError']>;
}

export interface SickHosts {
  readonly participants: readonly SickHost[];
  /** Only so many were looked at, the newest; absent where all were. */
  readonly sample?: { readonly looked: number; readonly of: number };
}
