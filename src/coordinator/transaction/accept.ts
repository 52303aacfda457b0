/** Owns filling a request in with the server's defaults, once: from here on nothing depends on configuration (I7). */
import { acceptedOf } from '../../protocol/transaction/accepted';
import { type Accepted, type LockTerms, type NotifyPlan } from '../../protocol/transaction/state';
import { type Ms } from '../../protocol/wire/phases';
import { type TransactionRequest } from '../../protocol/client/transactionRequest';
import { type Limits } from '../../config/config';
import {
  type LaterAttributes,
  heuristicKey,
  transactionStatusKey,
} from '../../engine/facts/searchAttributes';
import { given } from '../../protocol/wire/given';

export interface AcceptOptions {
  readonly limits: Limits;
  readonly now: Ms;
  /** Where participants read the decision; absent where the API has no public URL. */
  readonly statusUrl?: string;
  /** What the namespace has of the search attributes that came later. */
  readonly attributes: LaterAttributes;
}

export function accept(
  request: TransactionRequest,
  { limits, now, statusUrl, attributes }: AcceptOptions,
): Accepted {
  const accepted = acceptedOf(request, limits, now);
  const { decideBy } = accepted;
  return {
    ...accepted,
    ...locksOf(request, { by: now + (request.lockTimeoutMs ?? limits.lockTimeoutMs), decideBy }),
    ...given({ statusUrl, notify: planOf(request, limits) }),
    ...(attributes.has(heuristicKey.name) ? { listsHeuristic: true } : {}),
    ...(attributes.has(transactionStatusKey.name) ? { listsStatus: true } : {}),
  };
}

function locksOf(
  { locks }: TransactionRequest,
  { by, decideBy }: { readonly by: Ms; readonly decideBy: Ms },
): { readonly locks?: LockTerms } {
  return locks === undefined ? {} : { locks: { asked: locks, by: Math.min(by, decideBy) } };
}

function planOf({ notify }: TransactionRequest, { notifying }: Limits): NotifyPlan | undefined {
  return notify === undefined ? undefined : { ...notify, terms: notifying };
}
