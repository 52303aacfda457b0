/** Owns the refusal of URLs that may not be called (PROTOCOL §3, `403`), before anything is started. */
import { type ApiDependencies } from '../dependencies';
import { refusalsOf } from '../../coordinator/transaction/refusals';
import { type TransactionRequest } from '../../protocol/client/transactionRequest';
import { Problem } from '../problems';

/**
 * @param body the request as it was sent: an array, or an object whose `participants` are one.
 * @throws Problem that names each URL, a participant's by position, and the rule that refuses it
 */
export function demandAllowed(
  checks: Pick<ApiDependencies, 'outbound' | 'receivers'>,
  request: TransactionRequest,
  body: unknown,
): void {
  const { ofParticipants, ofReceivers } = refusalsOf(checks, request, body);
  const errors = [...ofParticipants, ...ofReceivers];
  const [first] = errors;
  if (first === undefined) return;
  const kind = ofParticipants.length > 0 ? 'participant-not-allowed' : 'receiver-not-allowed';
  throw new Problem(kind, first.message, { errors });
}
