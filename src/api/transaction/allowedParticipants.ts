/** Owns the refusal of participants that may not be called (PROTOCOL §3, `403`), before anything is started. */
import { type Outbound } from '../../outbound/contract';
import { pointer } from '../../protocol/wire/inputProblems';
import { type ParticipantRequest, type TransactionRequest } from '../../protocol/client/transactionRequest';
import { redactUrl } from '../../protocol/wire/urls';
import { Problem, type ProblemError } from '../problems';

type Check = Pick<Outbound, 'check'>;

interface Place {
  readonly where: string;
  readonly position: number;
}

/**
 * @param body the request as it was sent: an array, or an object whose `participants` are one.
 * @throws Problem that names each participant by position, and the rule that refuses it
 */
export function demandAllowed(outbound: Check, request: TransactionRequest, body: unknown): void {
  const errors: readonly ProblemError[] = request.participants.flatMap((participant, index) => {
    const where = pointer(Array.isArray(body) ? [index] : ['participants', index]);
    return refusals(outbound, participant, { where, position: index + 1 });
  });
  const [first] = errors;
  if (first !== undefined) throw new Problem('participant-not-allowed', first.message, { errors });
}

/** Commit and rollback too: they may name other hosts than prepare. */
function refusals(outbound: Check, participant: ParticipantRequest, at: Place): ProblemError[] {
  const urls = new Set([participant.url, participant.commitUrl, participant.rollbackUrl]);
  const refused = [...urls]
    .map(url => ({ url, rule: outbound.check(url) }))
    .find(({ rule }) => rule !== undefined);
  if (refused?.rule === undefined) return [];
  const message = `participant ${at.position}, "${participant.name}", may not be called: ${refused.rule}`;
  return [{ pointer: at.where, value: redactUrl(refused.url), message }];
}
