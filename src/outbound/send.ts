/**
 * Owns the way of one request out: policy, its place in the endpoint's bulkhead, one attempt. It is never repeated here
 * and a redirect is never followed; trying again is the engine's business. Whatever happens is a reply.
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Agent } from 'undici';
import { type Reply } from '../protocol/wire/answers';
import { type Ms } from '../protocol/wire/phases';
import { secretsFor, signatureHeaders, type SigningKeys } from '../protocol/wire/signatures';
import { endpointOf } from '../protocol/wire/urls';
import { type Admission, type Bulkhead } from './bulkhead';
import { type OutboundRequest } from './contract';
import { Attempt, type AnswerLimits, pastDeadline } from './attempt';
import { type Policy } from './policy';

export interface Sending {
  readonly agent: Agent;
  readonly bulkhead: Bulkhead;
  readonly limits: AnswerLimits;
  readonly policy: Policy;
  readonly keys: SigningKeys;
}

export async function send(sending: Sending, request: OutboundRequest): Promise<Reply> {
  const refusal = sending.policy.check(request.url);
  if (refusal !== undefined) return { kind: 'notSent', code: 'policy', message: refusal };
  setMaxListeners(0, request.signal); // one signal may be for a whole round

  const endpoint = endpointOf(request.url);
  const admission = await sending.bulkhead.enter(endpoint, patience(request), request.signal);
  if (admission !== 'admitted') return notAdmitted(admission, request);

  const attempt = start(sending, request);
  void attempt.over.then(() => {
    sending.bulkhead.leave(endpoint);
  });
  return attempt.reply;
}

/** At most one request timeout, and not past the instant after which it would not be sent. */
function patience({ timeoutMs, notAfter }: OutboundRequest): Ms {
  return notAfter === undefined ? timeoutMs : Math.max(0, Math.min(timeoutMs, notAfter + 1 - Date.now()));
}

function notAdmitted(
  admission: Exclude<Admission, 'admitted'>,
  { timeoutMs, notAfter }: OutboundRequest,
): Reply {
  if (admission === 'cancelled') return { kind: 'notSent', code: 'cancelled', message: 'cancelled' };
  if (notAfter !== undefined && Date.now() > notAfter) return pastDeadline;
  const message = `too many calls to this participant are in flight; waited ${timeoutMs} ms`;
  return { kind: 'notSent', code: 'busy', message };
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
  return signatureHeaders(secretsFor(keys, signed.for ?? url), { id, body: signed.body, now: signed.at });
}
