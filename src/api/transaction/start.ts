/** Owns `POST /transactions`: nothing is started before the whole request has been judged; once started it is `201`. */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Reading, type StartOptions } from '../../coordinator/transaction/contract';
import { Overloaded } from '../../coordinator/errors';
import {
  parseTransactionRequest,
  type RequestLimits,
  type TransactionRequest,
} from '../../protocol/client/transactionRequest';
import { demandAllowed } from './allowed';
import { bodyOf } from '../body';
import { type ApiDependencies } from '../dependencies';
import { callerOf, contextOf } from '../requestContext';
import { idempotencyKeyOf } from './idempotencyKey';
import { tagged } from './preconditions';
import { applyWait, turnMs, waitMs, waitSeconds, withoutWait } from '../preferences';
import { Problem, allOf, retryAfter } from '../problems';
import { locationOf } from '../toProblem';
import { waiting } from '../waiting';
import { type WaitingRoom } from '../waitingRoom';
import { given } from '../../protocol/wire/given';

export function start(api: ApiDependencies, room: WaitingRoom): RequestHandler {
  return async (request, response) => {
    const [seconds, options] = allOf(
      () => waitSeconds(request, api.config),
      () => startOptions(api, request, response),
    );
    const started = await startInTurn(api, options, response);
    contextOf(response).transactionId = started.document.id;
    if (seconds !== undefined) applyWait(response, seconds);
    const now = await waitForOutcome({ ...api, room }, response, started, seconds ?? 0);
    if (now === undefined) withoutWait(response);
    const { document } = now ?? started;
    response.status(201).location(locationOf(document.id)).json(tagged(document));
  };
}

/** Whoever has gone, or has to be answered now, waits for no turn: nothing was started then. */
async function startInTurn(
  { coordinator, stopping, config }: ApiDependencies,
  options: StartOptions,
  response: Response,
): Promise<Reading> {
  const patienceMs = turnMs(response, config);
  try {
    return await waiting(response, stopping, signal => coordinator.start({ ...options, signal, patienceMs }));
  } catch (error) {
    if (!(error instanceof Overloaded) || !stopping.aborted) throw error;
    const detail = 'the coordinator is stopping; nothing was started by this request';
    throw new Problem('stopping', detail, { headers: retryAfter, cause: error });
  }
}

/** @throws Problem where anything is wrong with the request */
function startOptions(api: ApiDependencies, request: Request, response: Response): StartOptions {
  const body = bodyOf(request.body);
  const [idempotencyKey, parsed] = allOf(
    () => idempotencyKeyOf(request),
    () => validRequest(body, api.config.limits),
  );
  demandAllowed(api, parsed, body);
  const { name, plainName, ownsUnmarked } = callerOf(response);
  const caller = { name, plainName, ownsUnmarked };
  const trace = contextOf(response).span?.transaction();
  return { request: parsed, caller, ...given({ idempotencyKey, trace }) };
}

function validRequest(body: unknown, limits: RequestLimits): TransactionRequest {
  const parsed = parseTransactionRequest(body, limits);
  if (parsed.is === 'request') return parsed.request;
  throw new Problem('invalid-request', 'the body is not a valid transaction', { errors: parsed.problems });
}

/**
 * The transaction is accepted: that the wait fails is no reason to answer anything but `201`. Undefined where there is no room to wait.
 */
async function waitForOutcome(
  { config, coordinator, stopping, log, room }: ApiDependencies & { readonly room: WaitingRoom },
  response: Response,
  started: Reading,
  seconds: number,
): Promise<Reading | undefined> {
  if (seconds === 0 || started.document.status !== 'pending') return started;
  const { id } = started.document;
  const timeoutMs = waitMs(response, seconds, config);
  try {
    return await room.wait(callerOf(response), () =>
      waiting(response, stopping, signal =>
        coordinator.wait(started, { until: { is: 'outcome' }, timeoutMs, signal }),
      ),
    );
  } catch (err) {
    log.warn(
      { transactionId: id, err },
      'waiting for the outcome failed; answering with what the start said',
    );
    return started;
  }
}
