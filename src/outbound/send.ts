/**
 * Owns the way of one request out: policy, its place among those in flight, one attempt. It is never repeated here
 * and a redirect is never followed; trying again is the engine's business. Whatever happens is a reply.
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Agent } from 'undici';
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';
import { secretsFor, signatureHeaders, type SigningKeys } from '../protocol/wire/signatures';
import { endpointOf, hostAndPort } from '../protocol/wire/urls';
import { type OutboundRequest } from './contract';
import { Attempt, type AnswerLimits, pastDeadline } from './attempt';
import { type Destination, type Gate } from './limits/gate';
import { type Policy } from './policy';

export interface Sending {
  readonly agent: Agent;
  readonly gate: Gate;
  readonly limits: AnswerLimits;
  readonly policy: Policy;
  readonly keys: SigningKeys;
  readonly onPlaceWaited: (ms: Ms) => void;
}

/** One that is without an answer for so long counts as unanswered, however long its own timeout is. */
const overdueMs: Ms = 10_000;
/**
 * As long as until an activity's first heartbeat. What fails or is cut off sooner says nothing of how much the host can take: a client
 * may choose a timeout of 10 ms.
 */
const slowMs: Ms = 1_000;

export async function send(sending: Sending, request: OutboundRequest): Promise<Reply> {
  const refusal = sending.policy.check(request.url);
  if (refusal !== undefined) return { kind: 'notSent', code: 'policy', message: refusal };
  setMaxListeners(0, request.signal); // one signal may be for a whole round

  const { gate } = sending;
  const to = destinationOf(request.url);
  const began = performance.now();
  const admission = await gate.enter(to, request.signal, patience(request));
  sending.onPlaceWaited(performance.now() - began);
  if (admission === 'cancelled') return { kind: 'notSent', code: 'cancelled', message: 'cancelled' };
  if (admission === 'busy') return busyReply(sending, to, request);

  const attempt = start(sending, request);
  watch(gate, to, attempt);
  const reply = await attempt.reply;
  const hadNoRoom = reply.kind === 'notSent' && reply.code === 'busy'; // no descriptor, no turn for its name
  return hadNoRoom ? { ...reply, retryAfterMs: gate.turnMs(to, request.notAfter) } : reply;
}

export function destinationOf(url: string): Destination {
  return { host: hostAndPort(url), endpoint: endpointOf(url) };
}

/** Not past the instant after which it would not be sent (a timer may be a millisecond early), nor longer than the request itself may take. */
function patience({ timeoutMs, notAfter }: OutboundRequest): Ms {
  return notAfter === undefined ? timeoutMs : Math.max(0, Math.min(timeoutMs, notAfter + 2 - Date.now()));
}

function busyReply({ gate }: Sending, to: Destination, { notAfter }: OutboundRequest): Reply {
  if (notAfter !== undefined && Date.now() > notAfter) return pastDeadline;
  const retryAfterMs = gate.turnMs(to, notAfter);
  return { kind: 'notSent', code: 'busy', message: `waits for its turn at ${to.host}`, retryAfterMs };
}

/** Tells the gate what the call says of its host (twice where an answer comes after all), and when its place is free. */
function watch(gate: Gate, to: Destination, attempt: Attempt): void {
  let isSlow = false;
  let isOverdue = false;
  const slowTimer = setTimeout(() => {
    isSlow = true;
    gate.isSlow(to);
  }, slowMs);
  const overdueTimer = setTimeout(() => {
    isOverdue = true;
    gate.unanswered(to);
  }, overdueMs);
  void attempt.reply.then(({ kind }) => {
    clearTimeout(overdueTimer);
    if (kind === 'answer' || kind === 'malformed') gate.answered(to, isOverdue);
    else if (isSlow && !isOverdue) gate.unanswered(to);
  });
  void attempt.over.then(() => {
    clearTimeout(slowTimer);
    gate.leave(to, isSlow);
  });
}

function start({ agent, limits, keys }: Sending, request: OutboundRequest): Attempt {
  const { origin, pathname, search } = new URL(request.url);
  const attempt = new Attempt(request, limits);
  if (attempt.replied) return attempt;
  const headers = { 'accept-encoding': 'identity', ...request.headers, ...signature(request, keys) };
  const { method = 'POST', body } = request;
  const content = method === 'GET' ? {} : { body };
  try {
    agent.dispatch({ origin, path: pathname + search, method, headers, ...content }, attempt);
  } catch (error) {
    attempt.fail(error);
  }
  return attempt;
}

/**
 * Made at the last moment, since it carries the time; the id is the key, the same for every repeat (I7). What has no key
 * changes nothing, and each sending has an id of its own.
 */
function signature(
  { url, headers, body, signed = { body, at: Date.now() } }: OutboundRequest,
  keys: SigningKeys,
): Readonly<Record<string, string>> {
  if (signed === 'not') return {};
  const id = headers['idempotency-key'] ?? randomUUID();
  const whom = signed.for ?? url;
  return signatureHeaders(secretsFor(keys, whom), { id, body: signed.body, now: signed.at, url: whom });
}
