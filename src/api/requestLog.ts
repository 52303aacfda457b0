/** Owns the log line of each request: no query, no body, no header (I11). */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Log } from '../telemetry/log';
import { contextOf } from './requestContext';

export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    contextOf(response).arrivedAt = Date.now();
    response.once('close', () => {
      write(log, request, response, Math.round(performance.now() - startedAt));
    });
    next();
  };
}

function write(log: Log, request: Request, response: Response, durationMs: number): void {
  const { caller, transactionId, lock, failure, span } = contextOf(response);
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  const ending = response.writableFinished ? { status: response.statusCode } : { clientGone: true };
  const line = {
    method: request.method,
    path,
    ...ending,
    durationMs,
    caller: caller?.name,
    transactionId,
    ...lock,
    trace_id: span?.traceId,
  };
  if (response.statusCode === 500) log.error({ ...line, err: failure }, 'request failed');
  else if (response.statusCode > 500) log.warn({ ...line, why: messagesOf(failure) }, 'request not served');
  else if (path === '/healthz' || path === '/readyz') log.debug(line, 'request');
  else log.info(line, 'request');
}

/** An outage is no bug: where it happened in the code says nothing, so the messages of its causes are enough. */
function messagesOf(failure: unknown): string | undefined {
  const messages: string[] = [];
  for (let error = failure; error instanceof Error && messages.length < 5; error = error.cause) {
    if (error.message !== '') messages.push(error.message);
  }
  return messages.length === 0 ? undefined : messages.join(': ');
}
