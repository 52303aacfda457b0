/** Owns what HTTP, in-doubt handling and operators ask of the resource manager (what holds the prepared effects and their record), whichever way the effect is done. */
import { type BranchKey, type Call, type Settled, type Settlement, type Vote } from './contract';
import { type CompletionAnswer, type VoteRecord } from './ledger/record';
import { type Position } from './ledger/votes';
import { type ListedBranch } from './stores/contract';

/** A prepare call with what only the record needs. */
export type PrepareCall = Call & { readonly statusUrl?: string };

/** A commit or rollback: whom it is about, and the trace to go on with where it is a call. */
export interface Completion extends BranchKey {
  readonly traceparent?: string;
}

export interface Page {
  readonly limit: number;
  readonly after?: Position;
}

/** XA only. `ended`: branches that a crash left prepared although their record had ended; `unknown`: without a record. */
export interface Reconciled {
  readonly ended: number;
  readonly unknown: readonly ListedBranch[];
  /** Could not be ended at the moment. */
  readonly failed: readonly Failed[];
}

export interface Failed {
  readonly key: BranchKey;
  readonly error: unknown;
}

/** Each may throw: then nothing is decided, and the caller is to try again. */
export interface ResourceManager {
  prepare(call: PrepareCall): Promise<Vote>;
  /** @param settledBy who says so, where it is not the coordinator's own call. */
  commit(call: Completion, settledBy?: string): Promise<CompletionAnswer>;
  rollback(call: Completion, settledBy?: string): Promise<CompletionAnswer>;
  /** What is prepared, oldest first. */
  prepared(page: Page): Promise<readonly VoteRecord[]>;
  reconcile(): Promise<Reconciled>;
}

/** By other than the coordinator's own call: by an operator, or by what the coordinator's status says. */
export async function settle(manager: ResourceManager, settlement: Settlement): Promise<Settled> {
  const { outcome, by, reason, ...key } = settlement;
  const settledBy = `${by}: ${reason}`;
  return outcome === 'committed' ? manager.commit(key, settledBy) : manager.rollback(key, settledBy);
}
