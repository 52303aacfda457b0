/** Owns what a transaction in memory is accepted with: what the request says, else the coordinator's own defaults (docs/PROTOCOL.md §5). */
import { type Accepted, type Target } from '../protocol/transaction/state';
import {
  type ParticipantRequest,
  type TransactionRequest,
  parseTransactionRequest,
} from '../protocol/client/transactionRequest';
import { given } from '../protocol/wire/given';
import { type Ms } from '../protocol/wire/phases';

/** What a server is configured with (`DTC_…`). */
export interface Limits {
  readonly prepareTimeoutMs: Ms;
  readonly prepareAttempts: number;
  readonly completionTimeoutMs: Ms;
  readonly completionAttempts: number;
  readonly retryInitialMs: Ms;
  readonly retryMaxMs: Ms;
  readonly attentionRetryMs: Ms;
  readonly transactionTimeoutMs: Ms;
}

export const defaultLimits: Limits = {
  prepareTimeoutMs: 5_000,
  prepareAttempts: 3,
  completionTimeoutMs: 5_000,
  completionAttempts: 10,
  retryInitialMs: 200,
  retryMaxMs: 30_000,
  attentionRetryMs: 300_000,
  transactionTimeoutMs: 60_000,
};

/** @param body as of `POST /transactions` @throws TypeError that says what is wrong with it */
export function readRequest(body: unknown): TransactionRequest {
  const parsed = parseTransactionRequest(body, { maxParticipants: 100, maxRequestTimeoutMs: 60_000 });
  if (parsed.is === 'refused') {
    const problems = parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`.trim());
    throw new TypeError(`the transaction is not valid: ${problems.join('; ')}`);
  }
  const { request } = parsed;
  for (const member of ['locks', 'notify'] as const)
    if (request[member] !== undefined)
      throw new TypeError(`"${member}" is not played in memory: leave it out, or test against a server`);
  return request;
}

export function acceptInMemory(request: TransactionRequest, limits: Limits, now: Ms): Accepted {
  const participants = request.participants.map(p => targetOf(p, limits));
  const decideBy = now + (request.timeoutMs ?? limits.transactionTimeoutMs);
  return {
    createdAt: now,
    decideBy,
    quietAt: decideBy + Math.max(...participants.map(p => p.prepareTimeoutMs)) + 1000,
    onCommitFailure: request.onCommitFailure ?? 'retry',
    limits: {
      prepareAttempts: limits.prepareAttempts,
      completionAttempts: limits.completionAttempts,
      retryInitialMs: limits.retryInitialMs,
      retryMaxMs: limits.retryMaxMs,
      attentionRetryMs: limits.attentionRetryMs,
    },
    participants,
    ...given({ labels: request.labels }),
  };
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
