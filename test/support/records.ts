/**
 * Owns the judgement of what participants received for one transaction: their own records beside the coordinator's word, and
 * the order of calls that the promise allows (I1, I2, I4), each repeat the same request (I7, PROTOCOL §2).
 */
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Participants, type Received } from './participants';

/** What is wrong, in sentences; empty for a transaction that ended right. */
export function faultsOf(document: TransactionDocument, participants: Participants): string[] {
  const requests = participants.requests(document.id);
  const names = document.participants.filter(p => p.url.startsWith(participants.origin)).map(nameOf);
  return [
    ...(document.endedAt === undefined ? [`${document.id} has not ended`] : []),
    ...names.flatMap(name => wrongPhases(document, name, participants)),
    ...prepareAfterDecision(requests),
    ...requests.flatMap(request => wrongRequest(request, document)),
    ...requests.filter(r => !names.includes(r.name)).map(r => `${r.name} is not in ${document.id}`),
  ];
}

function nameOf({ url }: TransactionDocument['participants'][number]): string {
  return new URL(url).pathname.split('/')[1] ?? '';
}

const allowed = { commit: /^(prepare )+(commit )+$/, rollback: /^((prepare )*(rollback )+)?$/ } as const;

function wrongPhases(
  { id, decision }: TransactionDocument,
  name: string,
  participants: Participants,
): string[] {
  const phases = participants.phases(id, name);
  const right = decision !== null && allowed[decision].test(phases.map(phase => `${phase} `).join(''));
  return right ? [] : [`${id} decided ${String(decision)}, but ${name} was sent ${phases.join(', ')}`];
}

function prepareAfterDecision(requests: readonly Received[]): string[] {
  const first = requests.findIndex(r => r.phase !== 'prepare');
  const late = first === -1 ? [] : requests.slice(first).filter(r => r.phase === 'prepare');
  return late.map(r => `${r.name} was sent prepare in ${r.transactionId} after phase two had begun`);
}

function wrongRequest(request: Received, { id, participants, decideBy }: TransactionDocument): string[] {
  const { name, phase, headers, body } = request;
  const participant = participants.find(p => nameOf(p) === name)?.name ?? '';
  const expected = { participant, phase, decideBy: phase === 'prepare' ? decideBy : undefined };
  const actual = { participant: body['participant'], phase: body['phase'], decideBy: body['decideBy'] };
  const same =
    headers['transaction-id'] === id &&
    headers['idempotency-key'] === `${id}/${participant}/${phase}` &&
    JSON.stringify(actual) === JSON.stringify(expected);
  return same ? [] : [`${name} was sent a wrong ${phase}: ${JSON.stringify({ headers, body })}`];
}
