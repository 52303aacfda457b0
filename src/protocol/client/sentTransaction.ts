/**
 * Owns the shape of a request to start a transaction in both forms that may be sent (PROTOCOL §3), for whoever documents it: made of
 * the schema that validates the long form. What becomes of the short one, and what fields say together, is transactionRequest.ts.
 */
import { z } from 'zod';
import { type RequestLimits } from './transactionRequest';
import { transactionSchema } from './transactionSchema';

/** `participant`: one that is an object; `request`: the whole. */
export function sentTransaction({ maxParticipants, maxRequestTimeoutMs }: RequestLimits) {
  const long = transactionSchema(maxRequestTimeoutMs);
  const participant = long.shape.participants.element;
  const participants = z
    .array(z.union([participant.shape.url, participant]))
    .min(1)
    .max(maxParticipants)
    .describe('Prepare URLs, or objects with `url`; both may stand side by side');
  return { participant, request: z.union([participants, long.extend({ participants })]) };
}
