/** Owns calling a participant the way the coordinator does, without a network. */
import { type Participant } from '../../../src/participant';
import { participantBody, participantHeaders } from '../../../src/protocol/wire/participantRequest';
import { type Phase } from '../../../src/protocol/wire/phases';
import { timedId } from '../../../src/protocol/wire/ids';

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Asked {
  readonly participant?: string;
  readonly payload?: unknown;
  readonly decideBy?: number;
  readonly statusUrl?: string;
  /** Members to add to the body. */
  readonly more?: object;
  readonly headers?: Record<string, string>;
}

export function newId(): string {
  return timedId('test', Date.now());
}

export async function call(
  to: Pick<Participant, 'handle'>,
  phase: Phase,
  transactionId: string,
  { participant = 'p1', payload = { amount: 10 }, decideBy = Date.now() + 60_000, ...asked }: Asked = {},
): Promise<Answered> {
  const { statusUrl, more, headers } = asked;
  const request = {
    transactionId,
    participant,
    phase,
    decideBy,
    payload,
    ...(statusUrl === undefined ? {} : { statusUrl }),
  };
  const body = JSON.stringify({ ...(JSON.parse(participantBody(request)) as object), ...more });
  return send(to, phase, { method: 'POST', headers: { ...participantHeaders(request), ...headers }, body });
}

export async function send(
  to: Pick<Participant, 'handle'>,
  path: string,
  init: RequestInit,
): Promise<Answered> {
  const answer = await to.handle(new Request(`http://service.test/account/${path}`, init));
  return { status: answer.status, body: (await answer.json()) as Answered['body'] };
}

/** The body of a prepare as it goes over the wire. */
export function prepareBody(transactionId: string): string {
  const decideBy = Date.now() + 60_000;
  const payload = { amount: 10 };
  return participantBody({ transactionId, participant: 'p1', phase: 'prepare', decideBy, payload });
}
