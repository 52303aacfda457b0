/** Owns the workflow's input: it stands in history for as long as the transaction runs, so it carries its version. */
import { type Accepted } from '../src/protocol/transaction/state';

export interface TransactionInput {
  readonly version: 1;
  readonly accepted: Accepted;
}

/** A newer one is not ours to run: the workflow task fails, and is retried until a worker that knows it takes over. */
export function acceptedOf({ version, accepted }: { version: number; accepted: Accepted }): Accepted {
  if (version === 1) return accepted;
  throw new Error(
    `this worker knows transactions of version 1, not ${version}: run a newer worker beside it`,
  );
}
