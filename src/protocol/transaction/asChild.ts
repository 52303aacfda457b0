/**
 * Owns what the workflow of another program, of which a transaction is to be the child, and the coordinator's activities say to each other.
 * It stands in that workflow's history: add members, never change one.
 */
import { type TransactionDocument } from '../client/document';
import { type InputProblem } from '../wire/inputProblems';

export interface ChildInput {
  /** As `POST /transactions` takes it: not judged yet. */
  readonly request: unknown;
  /** The id without the coordinator's tag (`wire/timedId.ts`), from the workflow's own time and randomness. */
  readonly idBody: string;
  /** The workflow that asks. */
  readonly parentType: string;
  /** A caller of the HTTP API, whose it is then. */
  readonly startedBy?: string;
}

/** With what the transaction's workflow is started: made by the coordinator, handed over as it is. */
export interface ChildStart {
  readonly id: string;
  readonly input: unknown;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly searchAttributes: readonly ListedBy[];
  readonly summary: string;
  readonly workflowTaskTimeout: string;
}

/** A search attribute, by name and type (`KEYWORD`, `KEYWORD_LIST`). */
export interface ListedBy {
  readonly key: { readonly name: string; readonly type: string };
  readonly value: unknown;
}

export type ChildAnswer =
  | { readonly is: 'accepted'; readonly start: ChildStart }
  | { readonly is: 'refused'; readonly problems: readonly InputProblem[] };

export interface ChildActivities {
  readonly acceptChild: (input: ChildInput) => Promise<ChildAnswer>;
  /** Fails, to be tried again, for as long as the transaction has not ended. */
  readonly endOfChild: (input: { readonly id: string }) => Promise<TransactionDocument>;
}

/** The type of the failure that says that a request was refused; its details are the problems. */
export const refusedType = 'TransactionRefused';
