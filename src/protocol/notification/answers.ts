/** Owns what one answer of a receiver means (PROTOCOL §3): any `2xx` is done, `410` is no more, everything else is tried again. */
import { type Failure, type Reply, failureOf } from '../wire/answers';

export type ReceiptMeaning =
  { readonly is: 'delivered' } | { readonly is: 'gone' | 'again'; readonly why: Failure };

export function readReceipt(reply: Reply): ReceiptMeaning {
  const why = failureOf(reply);
  if (reply.kind !== 'answer') return { is: 'again', why };
  if (reply.status >= 200 && reply.status < 300) return { is: 'delivered' };
  return { is: reply.status === 410 ? 'gone' : 'again', why };
}
