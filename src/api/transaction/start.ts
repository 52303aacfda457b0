/** Owns `POST /transactions`: nothing is started before the whole request has been judged; once started it is `201`. */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Reading, type StartOptions } from '../../coordinator/transaction/contract';
import {
  parseTransactionRequest,
  type RequestLimits,
  type TransactionRequest,
} from '../../protocol/client/transactionRequest';
import { demandAllowed } from './allowedParticipants';
import { bodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf, contextOf } from '../requestContext';
import { idempotencyKeyOf } from './idempotencyKey';
import { applyWait, waitMs, waitSeconds } from '../preferences';
import { Problem } from '../problems';
import { locationOf } from '../toProblem';
import { waiting } from '../waiting';
import { given } from '../../protocol/wire/given';

export function start(api: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const seconds = waitSeconds(request, api.config);
    const started = await api.coordinator.start(startOptions(api, request, response));
    contextOf(response).transactionId = started.document.id;
    if (seconds !== undefined) applyWait(response, seconds);
    const { document } = await waitForOutcome(api, response, started, seconds ?? 0);
    response.status(201).location(locationOf(document.id)).json(document);
  };
}

/** @throws Problem where anything is wrong with the request */
function startOptions(api: ApiDependencies, request: Request, response: Response): StartOptions {
  const idempotencyKey = idempotencyKeyOf(request);
  const body = bodyOf(request.body);
  const parsed = validRequest(body, api.config.limits);
  demandAllowed(api.outbound, parsed, body);
  const { name, plainName, ownsUnmarked } = callerOf(response);
  const caller = { name, plainName, ownsUnmarked };
  return { request: parsed, caller, ...given({ idempotencyKey }) };
}

function validRequest(body: unknown, limits: RequestLimits): TransactionRequest {
  const parsed = parseTransactionRequest(body, limits);
  if (parsed.is === 'request') return parsed.request;
  throw new Problem('invalid-request', 'the body is not a valid transaction', { errors: parsed.problems });
}

/** The transaction is accepted: that the wait fails is no reason to answer anything but `201`. */
async function waitForOutcome(
  { config, coordinator, stopping, log }: ApiDependencies,
  response: Response,
  started: Reading,
  seconds: number,
): Promise<Reading> {
  if (seconds === 0 || started.document.status !== 'pending') return started;
  const { id } = started.document;
  const timeoutMs = waitMs(response, seconds, config);
  try {
    return await waiting(response, stopping, signal =>
      coordinator.wait(started, { until: { is: 'outcome' }, timeoutMs, signal }),
    );
  } catch (err) {
    log.warn(
      { transactionId: id, err },
      'waiting for the outcome failed; answering with what the start said',
    );
    return started;
  }
}
