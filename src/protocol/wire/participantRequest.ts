/**
 * Owns what a request to a participant looks like (PROTOCOL §2). Everything in it comes from the workflow's history, so a
 * repeat is the same request (I7): same transaction id, idempotency key and body.
 */
import { type FencedLock } from './locks';
import { type ParticipantBody } from './participantBody';
import { type Ms, type Phase, timestamp } from './phases';

export interface ParticipantCall {
  readonly transactionId: string;
  readonly participant: string;
  readonly phase: Phase;
  readonly decideBy: Ms;
  readonly payload?: unknown;
  /** Held for the transaction, in the order in which they were acquired. */
  readonly locks?: readonly FencedLock[];
  readonly statusUrl?: string;
}

/** `<transaction>/<participant>/<phase>`. */
export function idempotencyKey(call: ParticipantCall): string {
  return `${call.transactionId}/${call.participant}/${call.phase}`;
}

export function participantHeaders(call: ParticipantCall): Record<string, string> {
  return {
    'content-type': 'application/json',
    'transaction-id': call.transactionId,
    'idempotency-key': idempotencyKey(call),
  };
}

/** JSON text; the optional members only where there is something in them. */
export function participantBody(call: ParticipantCall): string {
  return JSON.stringify(bodyOf(call));
}

/** `decideBy` in prepare only. */
function bodyOf(call: ParticipantCall): ParticipantBody {
  const { transactionId, participant, phase } = call;
  const given = {
    payload: call.payload,
    locks: call.locks?.map(({ resource, mode, fencingToken }) => ({ resource, mode, fencingToken })),
    statusUrl: call.statusUrl,
  };
  return phase === 'prepare'
    ? { transactionId, participant, phase, decideBy: timestamp(call.decideBy), ...given }
    : { transactionId, participant, phase, ...given };
}
