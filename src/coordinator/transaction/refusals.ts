/** Owns which URLs of a request may not be called, participants' and the receiver's, and by which rule: said before anything is started. */
import { type Outbound } from '../../outbound/contract';
import { type ParticipantRequest, type TransactionRequest } from '../../protocol/client/transactionRequest';
import { type InputProblem, pointer } from '../../protocol/wire/inputProblems';
import { redactUrl } from '../../protocol/wire/urls';

type Check = Pick<Outbound, 'check'>;

export interface Checks {
  readonly outbound: Check;
  /** Of those who are to be told. */
  readonly receivers: Check;
}

export interface Refusals {
  readonly ofParticipants: readonly InputProblem[];
  readonly ofReceivers: readonly InputProblem[];
}

interface Place {
  readonly where: string;
  readonly position: number;
}

/** @param body the request as it was sent: an array, or an object whose `participants` are one. */
export function refusalsOf(
  { outbound, receivers }: Checks,
  request: TransactionRequest,
  body: unknown,
): Refusals {
  const ofParticipants = request.participants.flatMap((participant, index) => {
    const where = pointer(Array.isArray(body) ? [index] : ['participants', index]);
    return refusals(outbound, participant, { where, position: index + 1 });
  });
  return { ofParticipants, ofReceivers: refusalsToTell(receivers, request) };
}

/** Commit and rollback too: they may name other hosts than prepare. */
function refusals(outbound: Check, participant: ParticipantRequest, at: Place): InputProblem[] {
  const urls = new Set([participant.url, participant.commitUrl, participant.rollbackUrl]);
  const refused = [...urls]
    .map(url => ({ url, rule: outbound.check(url) }))
    .find(({ rule }) => rule !== undefined);
  if (refused?.rule === undefined) return [];
  const message = `participant ${at.position}, "${participant.name}", may not be called: ${refused.rule}`;
  return [{ pointer: at.where, value: redactUrl(refused.url), message }];
}

function refusalsToTell(receivers: Check, { notify }: TransactionRequest): InputProblem[] {
  const rule = notify === undefined ? undefined : receivers.check(notify.url);
  if (notify === undefined || rule === undefined) return [];
  const message = `the URL of "notify" may not be called: ${rule}`;
  return [{ pointer: pointer(['notify', 'url']), value: redactUrl(notify.url), message }];
}
