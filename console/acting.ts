/**
 * Owns that an act is done to the transaction as it was seen, and to no other state of it: the server compares (PROTOCOL §3, `If-Match`), and says
 * beforehand what will follow.
 */
import { type Resolution, type ResolveRequest } from '../src/client/contract';
import { type TransactionDocument } from '../src/protocol/client/document';
import { type ForeseenDocument } from '../src/protocol/client/foreseen';
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

/** Nothing is done. @throws StateChanged where it is not as it was seen */
export function foresee({ client }: Known, seen: TransactionDocument, deed: Deed): Promise<ForeseenDocument> {
  const { id, etag } = seen;
  const options = { ifMatch: etag };
  switch (deed.verb) {
    case 'abort':
      return client.previewAbort(id, abortOf(deed), options);
    case 'retry':
      return client.previewRetry(id, options);
    case 'resolve':
      return client.previewResolve(id, resolveOf(deed), options);
  }
}

/** @throws StateChanged where it is not as it was seen: then nothing was done */
export function act({ client }: Known, seen: TransactionDocument, deed: Deed): Promise<TransactionDocument> {
  const { id, etag } = seen;
  const options = { ifMatch: etag };
  switch (deed.verb) {
    case 'abort':
      return client.abort(id, abortOf(deed), options);
    case 'retry':
      return client.retry(id, options);
    case 'resolve':
      return client.resolve(id, resolveOf(deed), options);
  }
}

type Of<Verb extends Deed['verb']> = Extract<Deed, { readonly verb: Verb }>;

function abortOf({ reason }: Of<'abort'>): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function resolveOf({ participant, outcome, reason }: Of<'resolve'>): ResolveRequest {
  return { participant, outcome, reason };
}
