/** Owns that an act is done to the transaction as it was seen, and to no other state of it. */
import { type Resolution } from '../src/client/contract';
import { changesOf, toldOf } from '../src/protocol/client/changes';
import { type TransactionDocument } from '../src/protocol/client/document';
import { type Known } from './session';

export type Deed =
  | { readonly verb: 'abort'; readonly reason?: string }
  | { readonly verb: 'retry' }
  | {
      readonly verb: 'resolve';
      readonly participant: string;
      readonly outcome: Resolution;
      readonly reason: string;
    };

/** @throws where it is not as it was seen: then nothing was done */
export async function act(
  { client }: Known,
  seen: TransactionDocument,
  deed: Deed,
): Promise<TransactionDocument> {
  const present = await client.get(seen.id);
  if (changesOf(present) !== changesOf(seen) || toldOf(present) !== toldOf(seen))
    throw new Error(
      `It has changed since you saw it (${seen.state} then, ${present.state} now): nothing was done. Close this, and look again.`,
    );
  if (deed.verb === 'abort')
    return client.abort(seen.id, deed.reason === undefined ? {} : { reason: deed.reason });
  if (deed.verb === 'retry') return client.retry(seen.id);
  const { participant, outcome, reason } = deed;
  return client.resolve(seen.id, { participant, outcome, reason });
}
