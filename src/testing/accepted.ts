/** Owns which requests are played in memory, and the coordinator's own defaults (docs/PROTOCOL.md §5). */
import { type Defaults } from '../protocol/transaction/accepted';
import { type TransactionRequest, parseTransactionRequest } from '../protocol/client/transactionRequest';

/** What a server is configured with (`DTC_…`). */
export type Limits = Omit<Defaults, 'onCommitFailure'>;

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
