/** Owns that an act is done to the transaction as it was seen, and to no other state of it: the server compares (PROTOCOL §3, `If-Match`). */
import { type Resolution } from '../src/client/contract';
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

/** @throws StateChanged where it is not as it was seen: then nothing was done */
export function act({ client }: Known, seen: TransactionDocument, deed: Deed): Promise<TransactionDocument> {
  const { id, etag } = seen;
  const options = { ifMatch: etag };
  if (deed.verb === 'abort')
    return client.abort(id, deed.reason === undefined ? {} : { reason: deed.reason }, options);
  if (deed.verb === 'retry') return client.retry(id, options);
  const { participant, outcome, reason } = deed;
  return client.resolve(id, { participant, outcome, reason }, options);
}
