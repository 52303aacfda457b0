/** Owns the workflow's input: it stands in history for as long as the transaction runs, so it carries its version. */
import { type Accepted } from '../src/protocol/transaction/state';

export interface TransactionInput {
  readonly version: 1;
  readonly accepted: Accepted;
}
