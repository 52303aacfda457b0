/** Owns the refusal of URLs that may not be called (PROTOCOL §3, `403`), participants' and the receiver's, before anything is started. */
import { type ApiDependencies } from '../dependencies';
import { type Outbound } from '../../outbound/contract';
import { type ProblemError } from '../../protocol/client/problems';
import { pointer } from '../../protocol/wire/inputProblems';
import { type ParticipantRequest, type TransactionRequest } from '../../protocol/client/transactionRequest';
import { redactUrl } from '../../protocol/wire/urls';
import { Problem } from '../problems';

type Check = Pick<Outbound, 'check'>;

interface Place {
  readonly where: string;
  readonly position: number;
}

/**
 * @param body the request as it was sent: an array, or an object whose `participants` are one.
 * @throws Problem that names each URL, a participant's by position, and the rule that refuses it
 */
export function demandAllowed(
  { outbound, receivers }: Pick<ApiDependencies, 'outbound' | 'receivers'>,
  request: TransactionRequest,
  body: unknown,
): void {
  const ofParticipants = request.participants.flatMap((participant, index) => {
    const where = pointer(Array.isArray(body) ? [index] : ['participants', index]);
    return refusals(outbound, participant, { where, position: index + 1 });
  });
  const errors = [...ofParticipants, ...refusalsToTell(receivers, request)];
  const [first] = errors;
  if (first === undefined) return;
  const kind = ofParticipants.length > 0 ? 'participant-not-allowed' : 'receiver-not-allowed';
  throw new Problem(kind, first.message, { errors });
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

function refusalsToTell(receivers: Check, { notify }: TransactionRequest): ProblemError[] {
  const rule = notify === undefined ? undefined : receivers.check(notify.url);
  if (notify === undefined || rule === undefined) return [];
  const message = `the URL of "notify" may not be called: ${rule}`;
  return [{ pointer: pointer(['notify', 'url']), value: redactUrl(notify.url), message }];
}
