/** Owns filling a request in with the server's defaults, once: from here on nothing depends on configuration (I7). */
import {
  type Accepted,
  type LockTerms,
  type NotifyPlan,
  type Target,
} from '../../protocol/transaction/state';
import { type Ms } from '../../protocol/wire/phases';
import { type ParticipantRequest, type TransactionRequest } from '../../protocol/client/transactionRequest';
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
  const participants = request.participants.map(p => targetOf(p, limits));
  const decideBy = now + (request.timeoutMs ?? limits.transactionTimeoutMs);
  return {
    createdAt: now,
    decideBy,
    quietAt: decideBy + Math.max(...participants.map(p => p.prepareTimeoutMs)) + 1000,
    onCommitFailure: request.onCommitFailure ?? limits.onCommitFailure,
    limits: {
      prepareAttempts: limits.prepareAttempts,
      completionAttempts: limits.completionAttempts,
      retryInitialMs: limits.retryInitialMs,
      retryMaxMs: limits.retryMaxMs,
      attentionRetryMs: limits.attentionRetryMs,
    },
    participants,
    ...locksOf(request, { by: now + (request.lockTimeoutMs ?? limits.lockTimeoutMs), decideBy }),
    ...given({ labels: request.labels, statusUrl, notify: planOf(request, limits) }),
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

function targetOf(p: ParticipantRequest, limits: Limits): Target {
  return {
    name: p.name,
    prepareUrl: p.url,
    commitUrl: p.commitUrl,
    rollbackUrl: p.rollbackUrl,
    prepareTimeoutMs: p.timeoutMs ?? limits.prepareTimeoutMs,
    completionTimeoutMs: p.timeoutMs ?? limits.completionTimeoutMs,
    ...given({ payload: p.payload }),
  };
}
