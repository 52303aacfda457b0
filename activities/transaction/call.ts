/**
 * Owns one request to one participant: building it from the activity's input, sending it, reading the answer.
 *
 * I4: a prepare is not sent after `decideBy` (checked by outbound right before sending), and is cut off at it.
 * I7: nothing here comes from the worker's configuration.
 */
import { type CallLog } from '../../src/telemetry/callLog';
import {
  type Failure,
  type Reply,
  busy,
  exposureOf,
  readCompletion,
  readVote,
  requestsIn,
} from '../../src/protocol/wire/answers';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { hostOf } from '../../src/protocol/wire/urls';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Outbound } from '../../src/outbound/contract';
import { type CallInput, type RoundInput } from '../../src/protocol/transaction/steps';
import { type Standstill } from '../standstill';
import { type Traces } from '../../src/telemetry/traces/contract';
import { given } from '../../src/protocol/wire/given';

export interface CallSender {
  readonly standstill: Standstill;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly log: (entry: CallLog) => void;
  /** Absent where nothing is traced. */
  readonly traces?: Pick<Traces, 'request'>;
  /** The time; the process's own where absent. */
  readonly now?: () => Ms;
}

export interface OneCall extends Pick<RoundInput, 'transactionId' | 'decideBy' | 'statusUrl' | 'locks'> {
  readonly phase: Phase;
  readonly call: CallInput;
  readonly attempt: number;
  /** Aborted when the workflow gives the call up, and also when the worker stops or the attempt is paused or over. */
  readonly signal: AbortSignal;
  /** The workflow gave the call up. */
  readonly cancelRequested: () => boolean;
}

/** Sends one request; never rejects for what the participant or the network does. */
export async function sendOne(sender: CallSender, one: OneCall): Promise<Ending> {
  const now = sender.now ?? Date.now;
  const began = now();
  const mayBeTaken = (): boolean => sender.standstill.mayHaveTaken(began);
  const { transactionId, phase, attempt, call } = one;
  const whom = { transactionId, participant: call.participant, host: hostOf(call.url), phase, attempt };
  const span = sender.traces?.request(whom);
  const request = requestOf(one, { now: began, traced: span?.headers });
  const reply = markDeadline(one, await sender.outbound.send({ ...request, mayBeTaken }), now());
  const { is, why } = meaningOf(one, reply);
  span?.end({
    outcome: is,
    waits: why?.code === busy,
    ...given({ error: why?.code, status: statusOf(reply) }),
  });
  const failed = given({ why });
  sender.log({
    ...whom,
    ...{ durationMs: now() - began, result: is },
    ...given({ error: why, trace_id: span?.traceId }),
  });
  return {
    participant: call.participant,
    nth: call.nth,
    is,
    ...failed,
    exposure: exposureOf(reply),
    requests: requestsIn(reply),
  };
}

interface Sending {
  readonly now: Ms;
  /** Headers of its span: no part of what a repeat has to have in common (I7). */
  readonly traced: Readonly<Record<string, string>> | undefined;
}

function requestOf(one: OneCall, { now, traced }: Sending): Parameters<Outbound['send']>[0] {
  const { call, phase, signal } = one;
  const content = { ...one, participant: call.participant, payload: call.payload };
  const request = {
    url: call.url,
    headers: { ...participantHeaders(content), ...traced },
    body: participantBody(content),
    signal,
  };
  if (phase !== 'prepare') return { ...request, timeoutMs: call.timeoutMs, readBody: false };
  const left = Math.max(one.decideBy - now, 1);
  return { ...request, timeoutMs: Math.min(call.timeoutMs, left), notAfter: one.decideBy, readBody: true };
}

function statusOf(reply: Reply): number | undefined {
  return reply.kind === 'answer' ? reply.status : undefined;
}

/** A vote that was cut off at the transaction's deadline says so, instead of looking like a slow participant. */
function markDeadline(one: OneCall, reply: Reply, now: Ms): Reply {
  const cut =
    one.phase === 'prepare' && reply.kind === 'lost' && reply.code === 'timeout' && now >= one.decideBy;
  return cut
    ? { kind: 'lost', code: 'deadline', message: 'no vote before the deadline of the transaction' }
    : reply;
}

function meaningOf(
  { call, signal, cancelRequested }: OneCall,
  reply: Reply,
): { is: Ending['is']; why?: Failure } {
  if (signal.aborted && reply.kind !== 'answer') {
    if (cancelRequested())
      return { is: 'gaveUp', why: { code: 'cancelled', message: 'the request was given up' } };
    return {
      is: 'unavailable',
      why: { code: 'workerStopped', message: 'the worker stopped during the request' },
    };
  }
  return call.standing === undefined ? readVote(reply) : readCompletion(reply, call.standing);
}
