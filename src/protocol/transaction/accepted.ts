/** Owns what every transaction is accepted with: what the request says, else the defaults that it is given, once (I7). */
import { type ParticipantRequest, type TransactionRequest } from '../client/transactionRequest';
import { given } from '../wire/given';
import { type Ms } from '../wire/phases';
import { type Accepted, type Target } from './state';

/** A server is configured with these (docs/PROTOCOL.md §5). */
export interface Defaults {
  /** For one prepare request. */
  readonly prepareTimeoutMs: Ms;
  /** Prepare requests before unilateral rollback. */
  readonly prepareAttempts: number;
  /** For one commit or rollback request. */
  readonly completionTimeoutMs: Ms;
  /** Commit or rollback requests before the transaction needs attention. */
  readonly completionAttempts: number;
  readonly retryInitialMs: Ms;
  readonly retryMaxMs: Ms;
  /** The longest interval once attention is needed. */
  readonly attentionRetryMs: Ms;
  /** From start to decision. */
  readonly transactionTimeoutMs: Ms;
  readonly onCommitFailure: 'retry' | 'rollback';
}

/** Without what a server alone adds to it: locks, whom to tell, where its status is read. */
export function acceptedOf(request: TransactionRequest, defaults: Defaults, now: Ms): Accepted {
  const participants = request.participants.map(p => targetOf(p, defaults));
  const decideBy = now + (request.timeoutMs ?? defaults.transactionTimeoutMs);
  return {
    createdAt: now,
    decideBy,
    quietAt: decideBy + Math.max(...participants.map(p => p.prepareTimeoutMs)) + 1000,
    onCommitFailure: request.onCommitFailure ?? defaults.onCommitFailure,
    limits: {
      prepareAttempts: defaults.prepareAttempts,
      completionAttempts: defaults.completionAttempts,
      retryInitialMs: defaults.retryInitialMs,
      retryMaxMs: defaults.retryMaxMs,
      attentionRetryMs: defaults.attentionRetryMs,
    },
    participants,
    ...given({ labels: request.labels }),
  };
}

function targetOf(p: ParticipantRequest, defaults: Defaults): Target {
  return {
    name: p.name,
    prepareUrl: p.url,
    commitUrl: p.commitUrl,
    rollbackUrl: p.rollbackUrl,
    prepareTimeoutMs: p.timeoutMs ?? defaults.prepareTimeoutMs,
    completionTimeoutMs: p.timeoutMs ?? defaults.completionTimeoutMs,
    ...given({ payload: p.payload }),
  };
}
